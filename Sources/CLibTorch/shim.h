// Empty on purpose: this module only carries libtorch's compiler and linker flags from pkg-config.
// The C++ headers are included by CTorch's .cpp files, and by nothing else.
