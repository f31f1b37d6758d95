/** Words that the driver and whoever prepares its work agree on; offsets in bytes. */

/** One call of a kernel, as it lies in memory. */
export const stage = { kernel: 0, args: 4, tasks: 8, next: 12, done: 16, sizeBytes: 32 } as const

/** What the threads that work on one run share. */
export const control = {
  /** 1 + the number of the stage at hand. */
  current: 0,
  /** 1 while helpers may join. */
  open: 4,
  /** Helpers that have joined and not left. */
  active: 8,
  /** Helpers that sleep until the next stage. */
  sleepers: 12,
  /** Address of the first stage. */
  stages: 16,
  sizeBytes: 64,
} as const
