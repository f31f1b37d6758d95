/** What has to be closed, in the reverse order of opening. */

type Close = () => void | Promise<void>

export interface CloseStack {
  /** Returns its value, and closes it later. */
  use<T>(value: T, close: (value: T) => void | Promise<void>): T
  /** Closes everything, the last first, also where one of them fails; may be called twice. */
  close(): Promise<void>
}

export function closeStack(): CloseStack {
  const stack: Close[] = []
  return {
    use(value, close) {
      stack.push(() => close(value))
      return value
    },
    async close() {
      const errors: unknown[] = []
      for (let close = stack.pop(); close; close = stack.pop()) {
        try {
          await close()
        } catch (error) {
          errors.push(error)
        }
      }
      if (errors.length > 0) throw errors[0]
    },
  }
}
