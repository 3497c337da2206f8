/** One core's share of the register peak: says when it is ready, measures when it is told to, answers GFLOP/s. */
import { parentPort, workerData } from 'node:worker_threads'
import { chooseFeatures } from '../../packages/thalweg/src/backend/wasm/choose-features.ts'
import { registerPeak } from './peak.ts'

const features = chooseFeatures()
parentPort?.once('message', () => parentPort?.postMessage(registerPeak(features, Number(workerData))))
parentPort?.postMessage('ready')
