import type { Observe, ServerEvent } from '../contract/event.ts'

/** Hands each event to all readers; one that throws does not keep it from the others. */
export function fanOut(readers: readonly Observe[], onError: (error: unknown) => void): Observe {
  return (event: ServerEvent) => {
    for (const reader of readers) {
      try {
        reader(event)
      } catch (error) {
        onError(error)
      }
    }
  }
}
