/** The reductions max and min came with version 18. */
import { defineLowering } from './define.ts'
import { withoutTexts } from './helpers.ts'

export const scatterElements = defineLowering(withoutTexts('ScatterElements', 18, 'reduction', 'max', 'min'))
export const scatterNd = defineLowering(withoutTexts('ScatterND', 18, 'reduction', 'max', 'min'))
