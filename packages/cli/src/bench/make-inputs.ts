/** Values for the inputs of a model: random or zero, or what files and JSON say. */
import { SlipwayError } from '@slipway/core'
import { datatypes, isDatatype } from '@slipway/server/client'
import { readGiven, type TypedInput } from './given-inputs.ts'
import { seededRandom } from './random.ts'
import { randomTensor } from './random-tensor.ts'
import type { ModelInput, NamedTensor } from './target.ts'

export interface InputOptions {
  /** `name=@file` or `name=JSON`, as `slipway run` takes them. */
  readonly given: readonly string[]
  readonly preprocess: string
  /** `name=1,3,224,224`, or only the sizes where the model has one input. */
  readonly shapes: readonly string[]
  readonly data: 'random' | 'zeros'
  readonly seed: number
  /** How many different requests. */
  readonly variants: number
}

/** Throws SLP-C1 where the model has no such input or a size does not fit, and what reading inputs throws. */
export async function makeInputs(
  inputs: readonly ModelInput[],
  options: InputOptions,
): Promise<(readonly NamedTensor[])[]> {
  const sizes = readShapes(inputs, options.shapes)
  const typed = inputs.map((input) => typedInput(input, sizes.get(input.name)))
  const given = await readGiven(typed, options.given, options.preprocess)
  const next = options.data === 'zeros' ? () => 0 : seededRandom(options.seed)
  // Without a random part all variants would be the same bytes.
  const count = options.data === 'zeros' || given.size === typed.length ? 1 : options.variants
  return Array.from({ length: count }, () =>
    typed.map(({ name, datatype, shape }) => ({
      ...{ name, datatype },
      tensor: given.get(name) ?? randomTensor(datatype, concrete(shape), next),
    })),
  )
}

function readShapes(
  inputs: readonly ModelInput[],
  texts: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  return new Map(
    texts.map((text) => {
      const at = text.lastIndexOf('=')
      const name = at < 0 ? (inputs[0]?.name ?? '') : text.slice(0, at)
      const sizes = text
        .slice(at + 1)
        .split(/[,x]/)
        .map(Number)
      const wellFormed = sizes.every((size) => Number.isSafeInteger(size) && size > 0)
      if (wellFormed && inputs.some((input) => input.name === name)) return [name, sizes] as const
      const names = inputs.map((input) => input.name).join(', ')
      throw new SlipwayError(
        'SLP-C1',
        `Cannot read --shape: it must be "name=1,3,224,224" with a name of ${names}, got "${text}"`,
      )
    }),
  )
}

function typedInput({ name, datatype, shape }: ModelInput, sizes: readonly number[] | undefined): TypedInput {
  if (!isDatatype(datatype)) {
    const known = datatypes.join(', ')
    throw new SlipwayError(
      'SLP-C1',
      `Cannot make input "${name}": its type must be one of ${known}, got ${datatype}`,
    )
  }
  if (sizes === undefined) return { name, datatype, shape }
  const fits = sizes.length === shape.length && shape.every((size, i) => size < 0 || size === sizes[i])
  if (fits) return { name, datatype, shape: sizes }
  throw new SlipwayError(
    'SLP-C1',
    `Cannot make input "${name}": its shape must fit [${shape}], got [${sizes}]`,
  )
}

/** A size that the model leaves open is 1 unless somebody says otherwise. */
const concrete = (shape: readonly number[]) => shape.map((size) => (size < 0 ? 1 : size))
