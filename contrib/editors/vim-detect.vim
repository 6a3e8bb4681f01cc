" SPDX-License-Identifier: MIT
autocmd BufRead,BufNewFile hawser*.cfg,*/hawser/*.cfg setfiletype hawser
