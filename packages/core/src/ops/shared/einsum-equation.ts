/** The equation of Einsum: `bij,bjk->bik`, with ellipses and without an arrow. */
import { type Dim, dimText } from '../../base/dim.ts'
import { refuse } from '../refuse.ts'
import { broadcastDims } from './broadcast.ts'

/** A label is a letter, or `.0`, `.1`, … for the axes under an ellipsis, the last axis first. */
export interface Equation {
  readonly terms: readonly (readonly string[])[]
  readonly output: readonly string[]
}

/** An equation for operands of these ranks. Throws SLP-O2. */
export function parseEquation(equation: string, ranks: readonly number[]): Equation {
  const text = equation.replaceAll(' ', '')
  const [left = '', right, ...rest] = text.split('->')
  const inputs = left.split(',')
  if (rest.length > 0 || !/^[A-Za-z.,]*$/.test(left) || !/^[A-Za-z.]*$/.test(right ?? '')) {
    refuse('equation must be terms of letters and ellipses with one arrow at most', equation)
  }
  if (inputs.length !== ranks.length) {
    refuse(`equation must have one term per operand, ${ranks.length}`, equation)
  }
  const hidden = inputs.map((term, i) => ranks[i]! - letters(term).length)
  const terms = inputs.map((term, i) => labelsOf(term, hidden[i]!, equation))
  const most = Math.max(0, ...inputs.map((term, i) => (term.includes('...') ? hidden[i]! : 0)))
  const output = right === undefined ? implicitOutput(terms, most) : labelsOf(right, most, equation, true)
  for (const label of output) {
    if (!terms.some((term) => term.includes(label)))
      refuse(`output label ${label} must stand in a term`, equation)
  }
  if (new Set(output).size !== output.length) refuse('an output label must not repeat', equation)
  return { terms, output }
}

const letters = (term: string): string[] => [...term.replace('...', '')]

const ellipsisLabels = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `.${count - 1 - i}`)

function labelsOf(term: string, hidden: number, equation: string, isOutput = false): readonly string[] {
  const parts = term.split('...')
  if (parts.length > 2 || parts.some((part) => part.includes('.'))) {
    refuse('a term may have one ellipsis', equation)
  }
  if (parts.length === 1) {
    if (!isOutput && hidden !== 0)
      refuse(`term "${term}" must have one letter per axis of its operand`, equation)
    return [...term]
  }
  if (hidden < 0) refuse(`term "${term}" must not have more letters than its operand has axes`, equation)
  return [...parts[0]!, ...ellipsisLabels(hidden), ...parts[1]!]
}

/** Without an arrow: the axes under the ellipsis, then the letters that occur once, in ASCII order. */
function implicitOutput(terms: readonly (readonly string[])[], most: number): readonly string[] {
  const all = terms.flat().filter((label) => !label.startsWith('.'))
  const single = all.filter((label) => all.indexOf(label) === all.lastIndexOf(label))
  return [...ellipsisLabels(most), ...single.sort()]
}

/** The size of every label. Sizes of 1 broadcast. Throws SLP-O2. */
export function labelSizes(
  { terms }: Equation,
  shapes: readonly (readonly Dim[])[],
): ReadonlyMap<string, Dim> {
  const sizes = new Map<string, Dim>()
  terms.forEach((term, operand) => {
    term.forEach((label, axis) => {
      const size = shapes[operand]![axis]!
      const known = sizes.get(label)
      sizes.set(label, known === undefined ? size : joined(label, known, size))
    })
  })
  return sizes
}

function joined(label: string, a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number' && a !== b && a !== 1 && b !== 1) {
    refuse(`label ${label} must have one size`, `${dimText(a)} and ${dimText(b)}`)
  }
  return broadcastDims([[a], [b]])![0]!
}
