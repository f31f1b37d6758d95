/**
 * Symbolic dimensions: polynomials with integer coefficients over atoms, kept in one canonical form, so that
 * two expressions are equal exactly when their texts are. An atom is a named size (`N`) or a floor division
 * that does not come out even (`floor((H+3)/2)`). A dimension that is a plain number is a number.
 */
import { SlipwayError } from './errors.ts'

interface NameAtom {
  readonly kind: 'name'
  readonly text: string
}
interface FloorAtom {
  readonly kind: 'floor'
  readonly text: string
  readonly of: Dim
  readonly by: Dim
}
type Atom = NameAtom | FloorAtom

interface Term {
  readonly coefficient: number
  /** Sorted by text; an atom appears as often as its power. */
  readonly atoms: readonly Atom[]
}

/** An expression with at least one atom. Made only by the functions of this file. */
export interface SymbolicDim {
  readonly kind: 'symbolic'
  /** Canonical text, such as `12*N+5`. */
  readonly text: string
  readonly terms: readonly Term[]
}

export type Dim = number | SymbolicDim

/** More terms than this collapse into a fresh name, so that expressions stay bounded. */
const maxTerms = 16

const termKey = (term: Term): string => term.atoms.map((atom) => atom.text).join('*')

function build(terms: readonly Term[]): Dim {
  const merged = new Map<string, Term>()
  for (const term of terms) {
    const key = termKey(term)
    const coefficient = (merged.get(key)?.coefficient ?? 0) + term.coefficient
    merged.set(key, { coefficient, atoms: term.atoms })
  }
  const kept = [...merged.values()]
    .filter((term) => term.coefficient !== 0)
    .sort((a, b) => b.atoms.length - a.atoms.length || (termKey(a) < termKey(b) ? -1 : 1))
  if (kept.length === 0) return 0
  const first = kept[0]!
  if (kept.length === 1 && first.atoms.length === 0) return first.coefficient
  return { kind: 'symbolic', text: print(kept), terms: kept }
}

function print(terms: readonly Term[]): string {
  return terms
    .map((term, i) => {
      const sign = term.coefficient < 0 ? '-' : i > 0 ? '+' : ''
      const size = Math.abs(term.coefficient)
      const factors = [
        ...(size === 1 && term.atoms.length > 0 ? [] : [String(size)]),
        ...term.atoms.map((a) => a.text),
      ]
      return sign + factors.join('*')
    })
    .join('')
}

const termsOf = (dim: Dim): readonly Term[] =>
  typeof dim === 'number' ? [{ coefficient: dim, atoms: [] }] : dim.terms

/** A named dimension. Names are any text; what is not an identifier prints in backticks. */
export function symbol(name: string): SymbolicDim {
  const text =
    /^[A-Za-z_][A-Za-z0-9_.]*$/.test(name) && name !== 'floor' ? name : `\`${name.replaceAll('`', "'")}\``
  return { kind: 'symbolic', text, terms: [{ coefficient: 1, atoms: [{ kind: 'name', text }] }] }
}

/** a + b. */
export function addDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b
  return bounded(build([...termsOf(a), ...termsOf(b)]))
}

/** a - b. */
export function subDims(a: Dim, b: Dim): Dim {
  return addDims(a, mulDims(b, -1))
}

/** a * b. */
export function mulDims(a: Dim, b: Dim): Dim {
  // 0 * -1 is -0, which prints as 0 but is not the same value.
  if (typeof a === 'number' && typeof b === 'number') return a * b + 0
  const terms = termsOf(a).flatMap((x) =>
    termsOf(b).map((y) => ({
      coefficient: x.coefficient * y.coefficient,
      atoms: [...x.atoms, ...y.atoms].sort((p, q) => (p.text < q.text ? -1 : 1)),
    })),
  )
  return bounded(build(terms))
}

function bounded(dim: Dim): Dim {
  if (typeof dim === 'number' || dim.terms.length <= maxTerms) return dim
  return symbol(dim.text)
}

/** ⌊a / b⌋ for b > 0, without a floor where b divides every term, or every term but a number. */
export function floorDivDims(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b) + 0
  if (b === 1 || a === 0) return a
  const exact = tryDivideExactly(a, b)
  if (exact !== undefined) return exact
  const rest = numberIn(a)
  if (typeof b === 'number' && rest !== 0) {
    // ⌊(b·q + r) / b⌋ = q + ⌊r / b⌋
    const quotient = tryDivideExactly(subDims(a, rest), b)
    if (quotient !== undefined) return addDims(quotient, Math.floor(rest / b))
  }
  const text = `floor((${dimText(a)})/(${dimText(b)}))`
  return {
    kind: 'symbolic',
    text,
    terms: [{ coefficient: 1, atoms: [{ kind: 'floor', text, of: a, by: b }] }],
  }
}

/** The term without names. */
function numberIn(dim: Dim): number {
  return termsOf(dim).find((term) => term.atoms.length === 0)?.coefficient ?? 0
}

/** ⌈a / b⌉ for b > 0. */
export function ceilDivDims(a: Dim, b: Dim): Dim {
  return floorDivDims(addDims(a, subDims(b, 1)), b)
}

/** a / b where b is a number or a single product that divides every term of a; undefined otherwise. */
export function tryDivideExactly(a: Dim, b: Dim): Dim | undefined {
  const divisor = termsOf(b)
  if (divisor.length !== 1 || divisor[0]!.coefficient === 0) return dimsEqual(a, b) ? 1 : undefined
  const { coefficient, atoms } = divisor[0]!
  const quotient: Term[] = []
  for (const term of termsOf(a)) {
    if (term.coefficient % coefficient !== 0) return undefined
    const rest = [...term.atoms]
    for (const atom of atoms) {
      const at = rest.findIndex((other) => other.text === atom.text)
      if (at < 0) return undefined
      rest.splice(at, 1)
    }
    quotient.push({ coefficient: term.coefficient / coefficient, atoms: rest })
  }
  return build(quotient)
}

/** The product of all sizes; 1 for none. */
export function productOfDims(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>(mulDims, 1)
}

/** True where a and b are equal for all values of their names. */
export function dimsEqual(a: Dim, b: Dim): boolean {
  return dimText(a) === dimText(b)
}

/** Canonical text of a dimension; equal texts mean equal dimensions. */
export function dimText(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : dim.text
}

/** True for a plain number. */
export function isKnown(dim: Dim): dim is number {
  return typeof dim === 'number'
}

/** The names a dimension is made of, in canonical text. */
export function namesOf(dim: Dim): readonly string[] {
  if (typeof dim === 'number') return []
  const names = dim.terms.flatMap((term) =>
    term.atoms.flatMap((atom) =>
      atom.kind === 'name' ? [atom.text] : [...namesOf(atom.of), ...namesOf(atom.by)],
    ),
  )
  return [...new Set(names)]
}

/** Puts sizes in for names; what is not bound stays symbolic. */
export function substitute(dim: Dim, sizes: ReadonlyMap<string, Dim>): Dim {
  if (typeof dim === 'number') return dim
  return dim.terms.reduce<Dim>((sum, term) => {
    const factors = term.atoms.map((atom) =>
      atom.kind === 'name'
        ? (sizes.get(atom.text) ?? atomDim(atom))
        : floorDivDims(substitute(atom.of, sizes), substitute(atom.by, sizes)),
    )
    return addDims(sum, mulDims(term.coefficient, productOfDims(factors)))
  }, 0)
}

function atomDim(atom: Atom): Dim {
  return { kind: 'symbolic', text: atom.text, terms: [{ coefficient: 1, atoms: [atom] }] }
}

/** A lower bound, given that every name is at least 1. */
export function lowerBound(dim: Dim): number {
  if (typeof dim === 'number') return dim
  return dim.terms.reduce((sum, { coefficient, atoms }) => {
    const bounds = atoms.map(lowerBoundOfAtom)
    const isNonNegative = coefficient > 0 && bounds.every((bound) => bound >= 0)
    if (isNonNegative || atoms.length === 0) return sum + bounds.reduce((a, b) => a * b, coefficient)
    // The least value of c*x is c times that of x; a product of factors of either sign has no bound.
    return coefficient > 0 && bounds.length === 1 ? sum + coefficient * bounds[0]! : Number.NEGATIVE_INFINITY
  }, 0)
}

/** The divisor of a quotient is positive. */
function lowerBoundOfAtom(atom: Atom): number {
  if (atom.kind === 'name') return 1
  const least = lowerBound(atom.of)
  if (typeof atom.by === 'number') return Math.floor(least / atom.by)
  // A divisor of at least 1 brings what is below zero nearer to zero, and what is above it down to zero.
  return Math.min(least, 0)
}

/** Reads canonical text back: `parseDim(dimText(d))` equals `d`. Throws SLP-B4. */
export function parseDim(text: string): Dim {
  const parser = new DimParser(text)
  const dim = parser.sum()
  parser.end()
  return dim
}

class DimParser {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  sum(): Dim {
    let total = this.#take('-') ? mulDims(this.#product(), -1) : this.#product()
    for (;;) {
      if (this.#take('+')) total = addDims(total, this.#product())
      else if (this.#take('-')) total = subDims(total, this.#product())
      else return total
    }
  }

  end(): void {
    if (this.#at !== this.#text.length) this.#fail()
  }

  #product(): Dim {
    let product = this.#factor()
    while (this.#take('*')) product = mulDims(product, this.#factor())
    return product
  }

  #factor(): Dim {
    const rest = this.#text.slice(this.#at)
    const quotient = /^floor\(\(/.exec(rest)
    if (quotient) {
      this.#at += quotient[0].length
      const of = this.sum()
      this.#expect(')/(')
      const by = this.sum()
      this.#expect('))')
      return floorDivDims(of, by)
    }
    const match = /^(\d+)|^`([^`]*)`|^([A-Za-z_][A-Za-z0-9_.]*)/.exec(rest)
    if (!match) return this.#fail()
    this.#at += match[0].length
    return match[1] !== undefined ? Number(match[1]) : symbol(match[2] ?? match[3]!)
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false
    this.#at += text.length
    return true
  }

  #expect(text: string): void {
    if (!this.#take(text)) this.#fail()
  }

  #fail(): never {
    throw new SlipwayError(
      'SLP-B4',
      `Cannot parse dimension: expected a sum of products, got "${this.#text}"`,
    )
  }
}
