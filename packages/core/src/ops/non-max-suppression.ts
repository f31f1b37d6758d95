import type { WideTensor } from '../base/wide.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { maybe, one } from './param.ts'
import { floatsOf, scalarIn } from './shared/elements.ts'
import { requireScalar, requireShape } from './shared/require.ts'

/**
 * Per image and class the best boxes [image, class, box], without those that overlap a better one too much.
 */
export const nonMaxSuppression = defineOp({
  name: 'NonMaxSuppression',
  since: [10, 11],
  types: {},
  inputs: {
    boxes: one('float32'),
    scores: one('float32'),
    max_output_boxes_per_class: maybe('int64'),
    iou_threshold: maybe('float32'),
    score_threshold: maybe('float32'),
  },
  outputs: { selected_indices: one('int64') },
  attrs: { center_point_box: attr.int(0) },
  infer: ({ boxes, scores, ...limits }, _attrs, { freshDim }) => {
    requireShape('boxes', boxes, [undefined, undefined, 4])
    requireShape('scores', scores, [boxes.shape?.[0], undefined, boxes.shape?.[1]])
    for (const [name, fact] of Object.entries(limits)) requireScalar(name, fact)
    return { selected_indices: tensorFact('int64', [freshDim('selected'), 3]) }
  },
  reference: (
    { boxes, scores, max_output_boxes_per_class, iou_threshold, score_threshold },
    attrs,
    context,
  ) => {
    const [images, classes, count] = scores.shape as readonly [number, number, number] // infer checked the rank
    const limit = scalarOr('max_output_boxes_per_class', max_output_boxes_per_class, 0)
    const overlap = scalarOr('iou_threshold', iou_threshold, 0)
    const least = score_threshold && scalarOr('score_threshold', score_threshold, Number.NEGATIVE_INFINITY)
    const [data, all] = [floatsOf(boxes), floatsOf(scores)]
    const selected: number[] = []
    for (let image = 0; image < images; image++) {
      const corners = Array.from({ length: count }, (_, i) =>
        cornersOf(data.subarray((image * count + i) * 4), attrs.center_point_box === 1),
      )
      for (let kind = 0; kind < classes; kind++) {
        context.checkCancelled()
        const start = (image * classes + kind) * count
        const kept = suppress(corners, all.subarray(start, start + count), limit, overlap, least)
        selected.push(...kept.flatMap((box) => [image, kind, box]))
      }
    }
    return { selected_indices: wide('int64', [selected.length / 3, 3], BigInt64Array.from(selected, BigInt)) }
  },
  gradient: notFloat,
  lower: { kind: 'kernel' },
})

const scalarOr = (name: string, x: WideTensor | undefined, fallback: number): number =>
  x && x.data.length > 0 ? scalarIn(name, x) : fallback

interface Box {
  readonly top: number
  readonly left: number
  readonly bottom: number
  readonly right: number
}

/** A box from [x centre, y centre, width, height], or from two opposite corners [y, x, y, x] in any order. */
function cornersOf(data: Float64Array, centred: boolean): Box {
  const [a, b, c, d] = data as ArrayLike<number> as readonly [number, number, number, number] // four per box
  if (centred) return { left: a - c / 2, top: b - d / 2, right: a + c / 2, bottom: b + d / 2 }
  return { top: Math.min(a, c), left: Math.min(b, d), bottom: Math.max(a, c), right: Math.max(b, d) }
}

/** Greedy selection by falling score; equal scores keep their order. */
function suppress(
  boxes: readonly Box[],
  scores: Float64Array,
  limit: number,
  overlap: number,
  least: number | undefined,
): number[] {
  const order = boxes
    .map((_, i) => i)
    .filter((i) => least === undefined || scores[i]! > least)
    .sort((i, j) => scores[j]! - scores[i]!)
  const kept: number[] = []
  for (const i of order) {
    if (kept.length >= limit) break
    if (kept.every((j) => intersectionOverUnion(boxes[i]!, boxes[j]!) <= overlap)) kept.push(i)
  }
  return kept
}

/** 0 where a box has no area. */
function intersectionOverUnion(a: Box, b: Box): number {
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left)
  const shared = Math.max(0, height) * Math.max(0, width)
  const areas = [a, b].map((box) => (box.bottom - box.top) * (box.right - box.left))
  return areas.some((area) => area <= 0) ? 0 : shared / (areas[0]! + areas[1]! - shared)
}
