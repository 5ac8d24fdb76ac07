// Empty on purpose: this module only carries the compiler and linker flags of libjpeg from pkg-config.
// Its headers are included by CImageCodecs, and by nothing else.
