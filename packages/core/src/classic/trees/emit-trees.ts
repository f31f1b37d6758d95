/** Trees as the operators of ai.onnx.ml spell them. */
import { floats } from '../../ir/builder.ts'
import {
  castTo,
  constantOf,
  type EmitContext,
  type Emitted,
  labelAttribute,
  mlNode,
  topLabels,
} from '../emit.ts'
import type { Label } from '../targets.ts'
import type { Tree } from './grow.ts'

/** Sums of the shares of all trees, divided by their number; the label goes by the sums, the first among equals. */
export function emitTrees(
  context: EmitContext,
  x: string,
  trees: readonly Tree[],
  classes: readonly Label[],
): Emitted {
  const [label, sums] = mlNode(
    context,
    'TreeEnsembleClassifier',
    castTo(context, x, 'float32'),
    { ...nodeAttributes(trees), ...voteAttributes(trees), ...labelAttribute(classes) },
    2,
  )
  const { b, dtype } = context
  const wide = castTo(context, sums!, dtype, 'float32')
  if (trees.length === 1) return { label: label!, probabilities: wide }
  // Of two classes onnxruntime takes the second where its sum is over 0.5, so the label of the operator is of no use.
  const probabilities = b.node('Div', [wide, constantOf(context, dtype, [], [trees.length])])
  return { label: topLabels(context, sums!, classes), probabilities }
}

function nodeAttributes(trees: readonly Tree[]) {
  const all = <T>(of: (tree: Tree, node: number, which: number) => T): T[] =>
    trees.flatMap((tree, which) => tree.feature.map((_, node) => of(tree, node, which)))
  return {
    nodes_treeids: all((_, __, which) => which),
    nodes_nodeids: all((_, node) => node),
    nodes_featureids: all((tree, node) => Math.max(0, tree.feature[node]!)),
    nodes_modes: all((tree, node) => (tree.feature[node]! < 0 ? 'LEAF' : 'BRANCH_LEQ')),
    nodes_values: floats(all((tree, node) => roundDown(tree.threshold[node]!))),
    nodes_truenodeids: all((tree, node) => Math.max(0, tree.left[node]!)),
    nodes_falsenodeids: all((tree, node) => Math.max(0, tree.right[node]!)),
  }
}

function voteAttributes(trees: readonly Tree[]) {
  const votes = trees.flatMap((tree, which) =>
    tree.feature.flatMap((feature, node) =>
      feature >= 0
        ? []
        : Array.from({ length: tree.shares.columns }, (_, k) => ({
            which,
            node,
            k,
            share: tree.shares.data[node * tree.shares.columns + k]!,
          })),
    ),
  )
  return {
    class_treeids: votes.map(({ which }) => which),
    class_nodeids: votes.map(({ node }) => node),
    class_ids: votes.map(({ k }) => k),
    class_weights: floats(votes.map(({ share }) => Math.fround(share))),
  }
}

/** The greatest float32 up to a value: float32 features compare with both alike. */
export function roundDown(value: number): number {
  const near = Math.fround(value)
  if (near <= value) return near
  const bits = new DataView(new ArrayBuffer(4))
  bits.setFloat32(0, near)
  // Smaller magnitudes above zero, larger ones below.
  if (near === 0) return -(2 ** -149)
  bits.setInt32(0, bits.getInt32(0) + (near > 0 ? -1 : 1))
  return bits.getFloat32(0)
}
