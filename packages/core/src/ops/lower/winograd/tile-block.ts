/** Which tiles make a block: enough of them to be worth reading all weights, few enough to stay in the cache. */

export interface TileBlock {
  readonly blockImages: number
  readonly blockRows: number
  readonly blockCols: number
}

export interface TileGrid {
  readonly images: number
  readonly tilesY: number
  readonly tilesX: number
  /** Tiles that the matrix product computes together. */
  readonly lanes: number
  readonly channels: number
  readonly maps: number
  readonly frequencies: number
}

const cacheBytes = 512 * 1024
/** Reading a block's weights from beyond the second-level cache takes as long as computing so many tiles. */
const weightTiles = 4
/** What each tile costs more for every doubling of a block's transformed input beyond that cache. */
const spill = 0.12

/** The block of least cost, counted in tiles; the first of those that are equal. */
export function tileBlock(grid: TileGrid): TileBlock {
  const { images, tilesY, tilesX } = grid
  let best: TileBlock | undefined
  let least = Number.POSITIVE_INFINITY
  const consider = (blockImages: number, blockRows: number, blockCols: number) => {
    const block = { blockImages, blockRows, blockCols }
    const price = cost(grid, block)
    if (best && price >= least) return
    best = block
    least = price
  }
  eachPart(tilesX, (blockCols) => consider(1, 1, blockCols))
  eachPart(tilesY, (blockRows) => consider(1, blockRows, tilesX))
  const half = Math.ceil(tilesX / 2)
  if (half < tilesX) eachPart(tilesY, (blockRows) => consider(1, blockRows, half))
  eachPart(images, (blockImages) => consider(blockImages, tilesY, tilesX))
  return best!
}

/** Sizes of equal parts, the largest first. */
function eachPart(count: number, visit: (size: number) => void): void {
  let last = 0
  for (let parts = 1; parts <= count; parts++) {
    const size = Math.ceil(count / parts)
    if (size !== last) visit(size)
    last = size
  }
}

function cost(grid: TileGrid, { blockImages, blockRows, blockCols }: TileBlock): number {
  const { images, tilesY, tilesX, lanes, channels, maps, frequencies } = grid
  const blocks =
    Math.ceil(images / blockImages) * Math.ceil(tilesY / blockRows) * Math.ceil(tilesX / blockCols)
  const tiles = lanes * Math.ceil((blockImages * blockRows * blockCols) / lanes)
  const bytesOf = (count: number) => 4 * frequencies * channels * count
  const beyond = Math.max(0, Math.log2(bytesOf(tiles) / cacheBytes))
  const overhead = bytesOf(maps) + bytesOf(tiles) > cacheBytes ? weightTiles : 1
  return blocks * (tiles * (1 + spill * beyond) + overhead)
}
