import { expect, it } from 'vitest'
import { raisedLines } from '../../../testing/upgrade-text.ts'

const refused: readonly (readonly [name: string, from: number, before: string, message: string])[] = [
  [
    'Scan with lengths',
    8,
    'y = Scan(l, x) {num_scan_inputs: 1, body: graph b(a) -> (a) {}}',
    '[SLP-F7] Cannot convert Scan from version 8 to 9: sequences of different lengths',
  ],
  [
    'a read statistic',
    9,
    'a, m, v, y, w = BatchNormalization(x, x, x, x, x)',
    '[SLP-F7] Cannot convert BatchNormalization from version 9 to 14: the statistics of the batch are no output any more, but "y" is read',
  ],
  [
    'training that is not spatial',
    7,
    'y, m, v = BatchNormalization(x, x, x, x, x) {spatial: 0}',
    'training with spatial = 0',
  ],
  [
    'a read output of a test',
    6,
    'a, y = BatchNormalization(x, x, x, x, x) {is_test: 1}',
    'with is_test there is one output only',
  ],
  ['Dropout that drops', 6, 'y = Dropout(x)', 'a node without is_test drops elements at random'],
  [
    'tf_half_pixel_for_nn otherwise',
    11,
    'y = Resize(x, x, x) {coordinate_transformation_mode: "tf_half_pixel_for_nn"}',
    'nearest_mode floor only',
  ],
  [
    'GroupNormalization of an unknown type',
    18,
    'y = GroupNormalization(x, x, x) {num_groups: 2}',
    'the element type of X must be known',
  ],
  [
    'LabelEncoder of an unknown type',
    1,
    'y = ai.onnx.ml.LabelEncoder(x) {classes_strings: ["a"]}',
    'Cannot convert ai.onnx.ml.LabelEncoder from version 1 to 2',
  ],
  [
    'an axis without a rank',
    6,
    'y = Add(x, x) {axis: 1, broadcast: 1}',
    'with an axis the rank of "x" must be known',
  ],
  ['PRelu without a rank', 6, 'y = PRelu(x, x)', 'the ranks of X and slope must be known'],
  ['Tile without a count', 5, 'r = Relu(x) y = Tile(r, x, x)', 'the rank of "r" must be known'],
  ['a missing k', 9, 'y = TopK(x)', 'the attribute k must be given'],
  [
    'an unknown type name',
    5,
    'y = Cast(x) {to: "FLOAT12"}',
    'the attribute to must name an element type, got "FLOAT12"',
  ],
  ['a broken p', 1, 'y = LpPool(x) {p: 1.5}', 'p must be an integer, got 1.5'],
  ['sizes that are not known', 1, 'y = Split(x, x)', 'the sizes "x" must be known before the model runs'],
  [
    'an attribute of another kind',
    12,
    'y = Squeeze(x) {axes: 1} @s',
    '[SLP-O1] Cannot read attribute axes: it must be ints within 2^53, got int 1 (node "s"; operator Squeeze; inputs none)',
  ],
]
it.each(refused)('upgradeGraph refuses %s', (_, from, before, message) => {
  expect(() => raisedLines({ from, inputs: 'x, l', before })).toThrow(message)
})

it('upgradeGraph says where a node is that cannot be raised', () => {
  const before = 'c = Relu(x) y = If(c) {then_branch: graph t() -> (a) { a = Dropout(x) @d }}'
  expect(() => raisedLines({ from: 6, inputs: 'x', before })).toThrow(
    '(at graph.node[1].then_branch.node[0]; node "d"; operator Dropout). Export the model at a newer operator set.',
  )
})
