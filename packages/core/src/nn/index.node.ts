/** What learning offers in Node only: checkpoints and logs in files, Ctrl-C, the terminal. */

export { runLogFile, tensorBoard, terminalProgress } from './callbacks/log-files.node.ts'
export { type CheckpointFolderOptions, checkpointFolder } from './checkpoint/checkpoint-folder.node.ts'
export { type Interruption, onInterrupt } from './checkpoint/interruption.node.ts'
