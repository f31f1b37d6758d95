/** Where the threads that allocate in one shared memory keep what they agree on; offsets in bytes. */

/** At the start of the memory. Address 0 stands for an absent place. */
export const heapWords = {
  /** The user who changes the heap, or 0. */
  lock: 64,
  /** The user who fills blocks that others wait for, or 0. */
  maker: 68,
  /** The first block's header. */
  start: 72,
  /** Behind the last block. */
  end: 76,
  /** Size of the last block. */
  last: 80,
  /** The first free block's header, or 0. */
  free: 84,
  /** Bytes of blocks in use, headers included. */
  used: 88,
  /** Lists of blocks with names. */
  buckets: 1024,
} as const

export const bucketCount = 1024

/** Behind the words above. */
export const firstAddress = heapWords.buckets + 4 * bucketCount

/** Before each block. Blocks lie one behind the other. */
export const header = {
  /** Of header and block. */
  size: 0,
  /** Size of the block before, or 0. */
  before: 4,
  /** 0: free; `named`: whoever is in `users`; else the one user. */
  owner: 8,
  nextFree: 12,
  previousFree: 16,
  /** The four words of a name. */
  name: 20,
  nextInBucket: 36,
  /** A bit for each user. */
  users: 40,
  /** The user who still fills the block, or 0. */
  maker: 48,
  sizeBytes: 64,
} as const

/** The owner of blocks with names. */
export const named = -1

/** Users are numbered from 1 on; each has a bit. */
export const mostUsers = 63

/** Kernels may read so far behind a block. */
export const readableBytes = 64
