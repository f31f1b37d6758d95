/**
 * Which lines two texts do not have in common: Myers' shortest edit script (E. Myers, "An O(ND) Difference
 * Algorithm and Its Variations", 1986), and the readable form of it.
 */
import type { Graph } from './graph.ts'
import { type PrintOptions, printGraph } from './print.ts'

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added'
  readonly text: string
}

/** Edits beyond this are shown as one removed and one added block, so that time and memory stay bounded. */
const maxEdits = 1000

/** A script from `before` to `after`, line by line; the shortest one unless the texts differ in most lines. */
export function diffLines(before: readonly string[], after: readonly string[]): readonly DiffLine[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  const most = Math.min(before.length, after.length) - head
  while (tail < most && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const same = (text: string): DiffLine => ({ kind: 'same', text })
  return [
    ...before.slice(0, head).map(same),
    ...shortestScript(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ]
}

function shortestScript(a: readonly string[], b: readonly string[]): DiffLine[] {
  const trace = searchEdits(a, b)
  if (!trace) {
    return [
      ...a.map((text): DiffLine => ({ kind: 'removed', text })),
      ...b.map((text): DiffLine => ({ kind: 'added', text })),
    ]
  }
  const script: DiffLine[] = []
  let [x, y] = [a.length, b.length]
  for (let edits = trace.length - 1; edits > 0; edits--) {
    const reach = trace[edits - 1]!
    const diagonal = x - y
    const isDown = goesDown(reach, diagonal, edits)
    const from = isDown ? diagonal + 1 : diagonal - 1
    const snakeFrom = reach.get(from)! + (isDown ? 0 : 1)
    while (x > snakeFrom) {
      script.push({ kind: 'same', text: a[--x]! })
      y--
    }
    if (isDown) script.push({ kind: 'added', text: b[--y]! })
    else script.push({ kind: 'removed', text: a[--x]! })
  }
  while (x > 0) script.push({ kind: 'same', text: a[--x]! })
  return script.reverse()
}

/** Whether the best way to `diagonal` comes from the one above it, with an added line. */
function goesDown(reach: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  const [below, above] = [reach.get(diagonal - 1) ?? -1, reach.get(diagonal + 1) ?? -1]
  return diagonal === -edits || (diagonal !== edits && below < above)
}

/** The furthest x on each diagonal after 0, 1, 2… edits, up to the number that reaches the end. */
function searchEdits(
  a: readonly string[],
  b: readonly string[],
): readonly ReadonlyMap<number, number>[] | undefined {
  const trace: Map<number, number>[] = []
  for (let edits = 0; edits <= Math.min(a.length + b.length, maxEdits); edits++) {
    const last = trace.at(-1) ?? new Map<number, number>()
    const reach = new Map<number, number>()
    trace.push(reach)
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = 0
      if (edits > 0) {
        x = goesDown(last, diagonal, edits) ? last.get(diagonal + 1)! : last.get(diagonal - 1)! + 1
      }
      while (x < a.length && x - diagonal < b.length && a[x] === b[x - diagonal]) x++
      reach.set(diagonal, x)
      if (x >= a.length && x - diagonal >= b.length) return trace
    }
  }
  return undefined
}

/**
 * Removed lines with `-`, added ones with `+`, and `context` lines around them; empty where the texts are equal.
 * A line `@@ -5 +7 @@` gives the line numbers at which a block begins.
 */
export function diffText(before: string, after: string, context = 3): string {
  const script = diffLines(before.split('\n'), after.split('\n'))
  const isNear = script.map((_, i) =>
    script.slice(Math.max(0, i - context), i + context + 1).some(({ kind }) => kind !== 'same'),
  )
  const marks = { same: ' ', removed: '-', added: '+' } as const
  const lines: string[] = []
  let [left, right] = [1, 1]
  script.forEach(({ kind, text }, i) => {
    if (isNear[i] && !isNear[i - 1]) lines.push(`@@ -${left} +${right} @@`)
    if (isNear[i]) lines.push(`${marks[kind]} ${text}`.trimEnd())
    if (kind !== 'added') left++
    if (kind !== 'removed') right++
  })
  return lines.join('\n')
}

/** What changed between two graphs, for people: large tensors are compared by their hashes. */
export function diffGraphs(before: Graph, after: Graph, options: PrintOptions = { large: 'elide' }): string {
  return diffText(printGraph(before, options), printGraph(after, options))
}
