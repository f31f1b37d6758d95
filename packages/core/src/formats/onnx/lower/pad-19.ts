import { defineLowering } from './define.ts'
import { withoutTexts } from './helpers.ts'

export const pad = defineLowering(withoutTexts('Pad', 19, 'mode', 'wrap'))
