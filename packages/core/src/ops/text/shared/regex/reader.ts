/** A pattern and how far it has been read. */

export interface Reader {
  /** The next character; undefined at the end. */
  peek(): string | undefined
  /** Takes the next character; undefined at the end. */
  next(): string | undefined
  /** Takes `text` if it comes next. */
  accept(text: string): boolean
  /** Takes what the expression matches right here and returns its groups, the whole match first. */
  take(sticky: RegExp): RegExpExecArray | undefined
  /** Refuses the pattern. */
  fail(reason: string): never
}

/** Reads `pattern` from its start. */
export function openReader(pattern: string, fail: (reason: string) => never): Reader {
  let at = 0
  const peek = () => {
    const point = pattern.codePointAt(at)
    return point === undefined ? undefined : String.fromCodePoint(point)
  }
  return {
    fail,
    peek,
    next() {
      const character = peek()
      at += character?.length ?? 0
      return character
    },
    accept(text) {
      const found = pattern.startsWith(text, at)
      if (found) at += text.length
      return found
    },
    take(sticky) {
      sticky.lastIndex = at
      const found = sticky.exec(pattern)
      if (!found) return undefined
      at = sticky.lastIndex
      return found
    },
  }
}
