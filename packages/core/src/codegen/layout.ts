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
  /** Scratch memory of thread 0; that of thread i begins i strides later. */
  scratch: 20,
  scratchStride: 24,
  /** 1 once a helper has failed. */
  failed: 28,
  /** How many modules the leader has loaded; a helper with fewer must not join. */
  modules: 32,
  sizeBytes: 64,
} as const

/** What `lead` returns. */
export const status = { done: 0, stopped: 1, failed: 2 } as const
