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
export function winogradPlan(sizes: WinogradSizes, transform: Transform, target: Target, threads: number) {
  const { images, channels, maps, height, width } = sizes
  const cut = cutOf(sizes, transform, target, threads)
  const { places, scratchBytes } = scratchOf(channels, transform, target, cut)
  const planes = {
    images,
    channels,
    maps,
    height: height.size,
    width: width.size,
    outHeight: height.output,
    outWidth: width.output,
    padTop: height.padBegin,
    padLeft: width.padBegin,
  }
  const { tiles, blocks, ...blocksAndMaps } = cut
  const panels = tiles / (4 * target.tile.vectors)
  return {
    args: { ...planes, ...blocksAndMaps, panels, ...places },
    tasks: blocks * cut.mapGroups,
    scratchBytes,
  }
}

/** Tiles and maps of a task. */
function cutOf(
  { images, channels, maps, height, width }: WinogradSizes,
  { outputs, size }: Transform,
  { tile }: Target,
  threads: number,
) {
  const [tilesY, tilesX] = [Math.ceil(height.output / outputs), Math.ceil(width.output / outputs)]
  const frequencies = size * size
  const lanes = 4 * tile.vectors
  const block = tileBlock({ images, tilesY, tilesX, lanes, channels, maps, frequencies })
  const { blockImages, blockRows, blockCols } = block
  const tiles = lanes * Math.ceil((blockImages * blockRows * blockCols) / lanes)
  const [blocksY, blocksX] = [Math.ceil(tilesY / blockRows), Math.ceil(tilesX / blockCols)]
  const blocks = Math.ceil(images / blockImages) * blocksY * blocksX
  // Maps are shared out where the tiles alone make fewer tasks than keep the threads busy.
  const wanted = threads > 1 ? Math.ceil((3 * threads) / blocks) : 1
  const mapGroup = tile.rows * Math.ceil(maps / Math.min(wanted, Math.ceil(maps / 32)) / tile.rows)
  const mapFit = Math.max(4 * tile.rows, Math.floor(productBytes / (4 * frequencies * tiles)))
  const mapBlock = tile.rows * Math.ceil(evenly(mapGroup, mapFit) / tile.rows)
  const mapGroups = Math.ceil(maps / mapGroup)
  return { tilesY, tilesX, ...block, blocksY, blocksX, mapGroup, mapGroups, mapBlock, tiles, blocks }
}

/**
 * What lies in scratch, one behind the other: half transformed tiles, a tile of the product, the table, the padded
 * input, its transform, products.
 */
function scratchOf(
  channels: number,
  { outputs, size }: Transform,
  { tile }: Target,
  { blockImages, blockRows, blockCols, mapBlock, tiles }: ReturnType<typeof cutOf>,
) {
  const pitch = phaseBytes(outputs * blockCols + 2, 1)
  const stripBytes = (outputs * blockRows + 2) * pitch
  const vStride = oddLines(4 * channels * tiles)
  const oStride = oddLines(4 * mapBlock * tiles)
  const tableAt = halfBytes + 64 * Math.ceil(tileBytes(tile) / 64)
  const stripAt = tableAt + entryBytes * tiles
  const vAt = 64 * Math.ceil((stripAt + blockImages * stripBytes + 64) / 64)
  const oAt = vAt + size * size * vStride
  return {
    places: { pitch, stripBytes, vStride, oStride, tableAt, stripAt, vAt, oAt },
    scratchBytes: oAt + size * size * oStride + 64,
  }
}

/** The size of equal parts of at most `most`. */
function evenly(count: number, most: number): number {
  return Math.ceil(count / Math.ceil(count / Math.max(1, most)))
}
