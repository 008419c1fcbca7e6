/** The place of something that is being loaded. */
export const Skeleton = ({ className = "" }: { className?: string }) => (
  <span aria-hidden="true" className={`block animate-pulse-soft rounded-sm bg-line ${className}`} />
);
