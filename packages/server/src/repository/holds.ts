/** Who still uses something that is to be closed. */
import { SlipwayError } from '@slipway/core'

export interface Holds {
  /** Keeps it open until the returned function is called. Throws SLP-R3 once it has been let go by all. */
  hold(): () => void
  /** Resolves once nobody holds it any more; from then on nobody can. */
  released(): Promise<void>
}

/** `what` stands in the refusal. */
export function countHolds(what: string): Holds {
  let count = 0
  let isOver = false
  let release: (() => void) | undefined
  const promise = new Promise<void>((resolve) => {
    release = () => {
      isOver = true
      resolve()
    }
  })
  let isEnding = false
  return {
    hold() {
      if (isOver) throw new SlipwayError('SLP-R3', `Cannot use ${what}: it must be loaded, got it unloaded`)
      count += 1
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        count -= 1
        if (isEnding && count === 0) release!()
      }
    },
    released() {
      isEnding = true
      if (count === 0) release!()
      return promise
    },
  }
}
