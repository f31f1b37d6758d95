/** Keeps the memory of all models together within a bound: what is expected before a load, what it is after. */
import { SlipwayError } from '@slipway/core'

export interface MemoryBudget {
  /**
   * Counts a version from now on, with what it is expected to take at first.
   *
   * @throws SLP-R8 where that is too much beside the others.
   */
  add(what: string, expectedBytes: number): Share
}

export interface Share {
  /** From now on counts what the version really takes. Throws SLP-R8 where that is too much beside the others. */
  measure(bytes: () => number): void
  remove(): void
}

export function memoryBudget(limitBytes = Number.POSITIVE_INFINITY): MemoryBudget {
  const shares = new Map<Share, () => number>()
  const used = () => [...shares.values()].reduce((sum, bytes) => sum + bytes(), 0)
  const assertFits = (what: string, bytes: number, others: number) => {
    if (bytes + others <= limitBytes) return
    throw new SlipwayError(
      'SLP-R8',
      `Cannot load ${what}: all models may have ${limitBytes} bytes together, got ${bytes} beside ${others}`,
      {
        remedy:
          'Unload a model, set a higher limit, or write "reload: resource" for a model that is replaced.',
      },
    )
  }
  return {
    add(what, expectedBytes) {
      assertFits(what, expectedBytes, used())
      const share: Share = {
        measure(bytes) {
          shares.delete(share)
          assertFits(what, bytes(), used())
          shares.set(share, bytes)
        },
        remove: () => void shares.delete(share),
      }
      shares.set(share, () => expectedBytes)
      return share
    },
  }
}
