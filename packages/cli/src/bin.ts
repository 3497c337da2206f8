#!/usr/bin/env node
process.stderr.write('thalweg: the command line is being built\n')
process.exitCode = 1
