/**
 * Shapes of inputs: sizes that the model leaves open are taken from what is given, and a name (`N`) means the same
 * size wherever it stands.
 */
import { type Dim, dimText, isKnown, namesOf, substitute } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import { elementCount, type Shape } from '../base/shape.ts'

/** Sizes found so far by name, and the input each was found in. */
export type Bindings = Map<string, { readonly size: number; readonly input: string }>

/** What is known of one input's shape. */
export interface ShapeClaim {
  readonly input: string
  /** Absent: the model does not say its rank. */
  readonly declared: readonly Dim[] | undefined
  /** The shape the value came with; absent for a flat list, which takes whatever shape is declared. */
  readonly own: Shape | undefined
  readonly length: number
}

/**
 * The shape to give the value, and the names it settles in `bindings`. A missing leading dimension is added where
 * every other size fits and at least one of them is a plain number.
 *
 * @throws SLP-S4 where no shape fits.
 */
export function resolveShape(claim: ShapeClaim, bindings: Bindings): Shape {
  const { declared, own, length } = claim
  if (!declared) return own ?? [length]
  const shape = own ? fitOwn(own, declared, bindings) : fitFlat(length, declared, bindings)
  if (!shape) throw mismatch(claim, bindings)
  declared.forEach((dim, axis) => {
    const name = bareName(dim)
    if (name !== undefined && !bindings.has(name)) {
      bindings.set(name, { size: shape[axis]!, input: claim.input })
    }
  })
  return shape
}

/** Throws SLP-S4 where a resolved shape contradicts the sizes that other inputs settled. */
export function verifyShape(claim: ShapeClaim, shape: Shape, bindings: Bindings): void {
  const agrees = claim.declared?.every((dim, axis) => fits(dim, shape[axis]!, bindings)) ?? true
  if (!agrees) throw mismatch({ ...claim, own: shape }, bindings)
}

function bareName(dim: Dim): string | undefined {
  const text = dimText(dim)
  return namesOf(dim)[0] === text ? text : undefined
}

function known(dim: Dim, bindings: Bindings): Dim {
  return substitute(dim, new Map([...bindings].map(([name, { size }]) => [name, size])))
}

function fits(dim: Dim, size: number, bindings: Bindings): boolean {
  const wanted = known(dim, bindings)
  return !isKnown(wanted) || wanted === size
}

function fitOwn(own: Shape, declared: readonly Dim[], bindings: Bindings): Shape | undefined {
  if (own.length === declared.length) return own
  const [batch, ...rest] = declared
  if (batch === undefined || own.length !== rest.length || !fits(batch, 1, bindings)) return undefined
  const sure = rest.some(isKnown) && rest.every((dim, axis) => fits(dim, own[axis]!, bindings))
  return sure ? [1, ...own] : undefined
}

function fitFlat(length: number, declared: readonly Dim[], bindings: Bindings): Shape | undefined {
  const sizes = declared.map((dim) => known(dim, bindings))
  const open = sizes.filter((size) => !isKnown(size))
  const product = elementCount(sizes.filter(isKnown))
  if (open.length === 0) return product === length ? sizes.filter(isKnown) : undefined
  // Several open sizes have one answer only where they are one and the same name used once.
  if (open.length > 1 || product === 0 || length % product !== 0) return undefined
  return sizes.map((size) => (isKnown(size) ? size : length / product))
}

function mismatch({ input, declared, own, length }: ShapeClaim, bindings: Bindings): SlipwayError {
  const expected = `[${declared!.map(dimText).join(',')}]`
  const settled = [...new Set(declared!.flatMap(namesOf))].flatMap((name) => {
    const found = bindings.get(name)
    return found && found.input !== input ? [`${name} = ${found.size} from input "${found.input}"`] : []
  })
  const got = own ? `[${own}]` : `${length} elements`
  const where = settled.length > 0 ? ` with ${settled.join(', ')}` : ''
  return new SlipwayError(
    'SLP-S4',
    `Cannot use input "${input}": its shape must be ${expected}${where}, got ${got}`,
    {
      expected,
      got,
      ...(!own && { remedy: 'Give a tensor, or nested arrays, to say the shape.' }),
    },
  )
}
