import { defineLowering } from './define.ts'
import { withoutTexts } from './helpers.ts'

export const resize = defineLowering(
  withoutTexts('Resize', 19, 'coordinate_transformation_mode', 'half_pixel_symmetric'),
)
