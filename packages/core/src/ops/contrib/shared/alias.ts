/** Inference of operators that a standard one stands for. */
import type { AnyOp, InferContext } from '../../define.ts'
import type { Fact } from '../../fact.ts'
import type { FactArgs, Params } from '../../param.ts'

/** What a standard operator infers of one of its outputs. */
export function inferAs(
  op: AnyOp,
  inputs: FactArgs<Params>,
  attrs: Readonly<Record<string, unknown>>,
  context: InferContext,
): Fact {
  const [first] = Object.values(op.infer(inputs, attrs, context))
  return first as Fact // the first output of every operator used here is a single value
}
