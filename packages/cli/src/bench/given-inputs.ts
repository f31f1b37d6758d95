/** Inputs that files or JSON give, as tensors of the types that a server wants. */
import {
  createSession,
  graphBuilder,
  type InputSpec,
  type InputValue,
  referenceEngine,
  SlipwayError,
  symbol,
  type Tensor,
} from '@slipway/core'
import { type Datatype, dtypeOf } from '@slipway/server/client'
import { parsePreprocess } from '../io/image.ts'
import { readInput } from '../io/read-input.ts'
import type { ModelInput } from './target.ts'

export interface TypedInput extends ModelInput {
  readonly datatype: Datatype
}

/** `given` is `name=@file` or `name=JSON`, as `slipway run` takes them. Throws SLP-C1, and what reading throws. */
export async function readGiven(
  inputs: readonly TypedInput[],
  given: readonly string[],
  preprocess: string,
): Promise<ReadonlyMap<string, Tensor>> {
  const steps = parsePreprocess(preprocess)
  const values = new Map<string, InputValue>()
  for (const text of given) values.set(...(await readInput(text, inputs.map(specOf), steps)))
  if (values.size === 0) return new Map()
  const unknown = [...values.keys()].find((name) => inputs.every((input) => input.name !== name))
  if (unknown !== undefined) {
    const names = inputs.map(({ name }) => name).join(', ')
    throw new SlipwayError('SLP-C1', `Cannot read --input: it must name one of ${names}, got "${unknown}"`)
  }
  return convert(
    inputs.filter(({ name }) => values.has(name)),
    values,
  )
}

function specOf({ name, datatype, shape }: TypedInput): InputSpec {
  return {
    name,
    type: { kind: 'tensor', dtype: dtypeOf(datatype), shape: openShape(name, shape) },
    required: true,
  }
}

const openShape = (name: string, shape: readonly number[]) =>
  shape.map((size, i) => (size < 0 ? symbol(`${name}.${i}`) : size))

/** The values as tensors of the inputs' types, under the rules by which `slipway run` takes them. */
async function convert(
  inputs: readonly TypedInput[],
  values: ReadonlyMap<string, InputValue>,
): Promise<ReadonlyMap<string, Tensor>> {
  const b = graphBuilder({ name: 'inputs' })
  const outputs = inputs.map((input) => {
    const [out] = b.nodes('Identity', [b.input(input.name, specOf(input).type!)], {}, {})
    return out!
  })
  const session = await createSession(b.build(outputs), { engine: referenceEngine })
  try {
    const results = Object.values(await session.run(values))
    return new Map(
      inputs.flatMap(({ name }, i) => {
        const value = results[i]
        return value?.kind === 'tensor' ? [[name, value] as const] : []
      }),
    )
  } finally {
    await session.dispose()
  }
}
