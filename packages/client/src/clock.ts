/** Time, as everything here that waits or measures sees it; tests bring a clock that they move themselves. */
export interface Clock {
  /** Milliseconds that only go forward; for measuring. */
  now(): number;
  /** Milliseconds since the epoch. Goes on while the computer sleeps, which `now` need not do. */
  wallNow(): number;
  /** Calls back once after that time. */
  after(ms: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wallNow: () => Date.now(),
  after(ms, callback) {
    const handle = setTimeout(callback, ms);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** Calls back again and again, first after one interval. */
export function every(clock: Clock, ms: number, callback: () => void): Timer {
  let timer = clock.after(ms, tick);
  let cancelled = false;
  function tick(): void {
    callback();
    if (!cancelled) timer = clock.after(ms, tick);
  }
  return {
    cancel() {
      cancelled = true;
      timer.cancel();
    },
  };
}

/** Somebody on the network did not answer in time. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Settles as `promise` does, or rejects with `NoAnswer` after that time: whoever waits for the network must not wait for ever. */
export function within<Result>(clock: Clock, ms: number, promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => reject(new NoAnswer(`No answer within ${ms / 1_000} s`)));
    promise.then(resolve, reject).finally(() => timer.cancel());
  });
}
