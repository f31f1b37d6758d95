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

/** The block of least cost, counted in tiles. */
export function tileBlock(grid: TileGrid): TileBlock {
  const { images, tilesY, tilesX } = grid
  const whole = { blockRows: tilesY, blockCols: tilesX }
  const candidates: TileBlock[] = [...parts(tilesX)].map((blockCols) => ({
    blockImages: 1,
    blockRows: 1,
    blockCols,
  }))
  for (const blockCols of new Set([tilesX, Math.ceil(tilesX / 2)]))
    for (const blockRows of parts(tilesY)) candidates.push({ blockImages: 1, blockRows, blockCols })
  for (const blockImages of parts(images)) candidates.push({ blockImages, ...whole })
  const costs = candidates.map((block) => cost(grid, block))
  return candidates[costs.indexOf(Math.min(...costs))]!
}

/** Sizes of equal parts. */
function parts(count: number): Set<number> {
  return new Set(Array.from({ length: count }, (_, i) => Math.ceil(count / (i + 1))))
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
