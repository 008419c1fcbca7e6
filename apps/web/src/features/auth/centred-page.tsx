import type { ReactNode } from "react";
import { Logo } from "../../ui/index.tsx";

/** One small thing to do, in the middle of the page. */
export const CentredPage = ({ title, hint, children }: { title: string; hint: string; children: ReactNode }) => (
  <main className="grid min-h-full place-items-center px-4 py-10">
    <div className="-mt-[6vh] w-full max-w-88">
      <div className="mb-7 grid justify-items-center gap-4 text-center">
        <Logo className="size-11" />
        <div>
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          <p className="mt-1 text-balance text-ink-2">{hint}</p>
        </div>
      </div>
      {children}
    </div>
  </main>
);

export const cardClass = "grid gap-4 rounded-xl border border-line bg-surface p-5 shadow-card sm:p-6";
