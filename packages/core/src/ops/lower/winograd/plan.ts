/** How a Winograd convolution is cut into blocks of tiles and maps, and where each part lies in scratch. */
import { tileBytes } from '../../../kernel/gemm/product-block.ts'
import { phaseBytes } from '../../../kernel/spatial/padded-rows.ts'
import type { Target } from '../../../kernel/target.ts'
import type { WindowAxis } from '../../shared/window.ts'
import { tileBlock } from './tile-block.ts'
import type { Transform } from './transforms.ts'

export interface WinogradSizes {
  readonly images: number
  readonly channels: number
  readonly maps: number
  readonly height: WindowAxis
  readonly width: WindowAxis
}

/** Bytes of a tile's entry in the table at the start of scratch. */
export const entryBytes = 32
/** Bytes of transposed and half transformed tiles. */
export const halfBytes = 1024

/** Bytes of products that are held between the second-level cache's other users. */
const productBytes = 192 * 1024

/** Neighbouring frequencies an odd number of cache lines apart, so that they do not compete for the same sets. */
export function oddLines(bytes: number): number {
  const lines = Math.ceil(bytes / 64)
  return 64 * (lines + 1 - (lines % 2))
}

/** The arguments that cut the work, the number of tasks, and the bytes of scratch. */
export function winogradPlan(
  { images, channels, maps, height, width }: WinogradSizes,
  { outputs, size }: Transform,
  { tile }: Target,
  threads: number,
) {
  const [tilesY, tilesX] = [Math.ceil(height.output / outputs), Math.ceil(width.output / outputs)]
  const frequencies = size * size
  const lanes = 4 * tile.vectors
  const { blockImages, blockRows, blockCols } = tileBlock({
    images,
    tilesY,
    tilesX,
    lanes,
    channels,
    maps,
    frequencies,
  })
  const tiles = lanes * Math.ceil((blockImages * blockRows * blockCols) / lanes)
  const [blocksY, blocksX] = [Math.ceil(tilesY / blockRows), Math.ceil(tilesX / blockCols)]
  const blocks = Math.ceil(images / blockImages) * blocksY * blocksX
  // Maps are shared out where the tiles alone keep the threads no busier than this.
  const wanted = threads > 1 ? Math.ceil((3 * threads) / blocks) : 1
  const mapGroup = tile.rows * Math.ceil(maps / Math.min(wanted, Math.ceil(maps / 32)) / tile.rows)
  const mapGroups = Math.ceil(maps / mapGroup)
  const mapFit = Math.max(4 * tile.rows, Math.floor(productBytes / (4 * frequencies * tiles)))
  const mapBlock = tile.rows * Math.ceil(evenly(mapGroup, mapFit) / tile.rows)
  const pitch = phaseBytes(outputs * blockCols + 2, 1)
  const stripBytes = (outputs * blockRows + 2) * pitch
  const vStride = oddLines(4 * channels * tiles)
  const oStride = oddLines(4 * mapBlock * tiles)
  const tableAt = halfBytes + 64 * Math.ceil(tileBytes(tile) / 64)
  const stripAt = tableAt + entryBytes * tiles
  const vAt = 64 * Math.ceil((stripAt + blockImages * stripBytes + 64) / 64)
  const oAt = vAt + frequencies * vStride
  return {
    args: {
      images,
      channels,
      maps,
      height: height.size,
      width: width.size,
      outHeight: height.output,
      outWidth: width.output,
      padTop: height.padBegin,
      padLeft: width.padBegin,
      tilesY,
      tilesX,
      blockImages,
      blockRows,
      blockCols,
      blocksY,
      blocksX,
      mapGroup,
      mapGroups,
      mapBlock,
      pitch,
      stripBytes,
      panels: tiles / lanes,
      vStride,
      oStride,
      tableAt,
      stripAt,
      vAt,
      oAt,
    },
    tasks: blocks * mapGroups,
    scratchBytes: oAt + frequencies * oStride + 64,
  }
}

/** The size of equal parts of at most `most`. */
function evenly(count: number, most: number): number {
  return Math.ceil(count / Math.ceil(count / Math.max(1, most)))
}
