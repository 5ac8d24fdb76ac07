#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

struct ci_png_reader {
  png_structp png;
  png_infop info;
  const uint8_t *next;
  size_t left;
  uint32_t height;
  size_t row_bytes;
  int passes;
  jmp_buf failure;
  char *message;
};

static void fail(png_structp png, png_const_charp text) {
  ci_png_reader reader = png_get_error_ptr(png);
  ci_report(reader->message, text);
  longjmp(reader->failure, 1);
}

// What libpng warns of does not change the pixels.
static void ignore(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void supply(png_structp png, png_bytep target, size_t count) {
  ci_png_reader reader = png_get_io_ptr(png);
  if (count > reader->left) png_error(png, "it ends too early");
  memcpy(target, reader->next, count);
  reader->next += count;
  reader->left -= count;
}

// Every sample with 8 or 16 bits, palettes and transparent colours resolved; stored values as they are.
static void expand(png_structp png) {
  png_set_expand(png);
  uint16_t probe = 1;
  uint8_t first;
  memcpy(&first, &probe, 1);
  if (first == 1) png_set_swap(png);
}

static void begin(ci_png_reader reader, ci_header *header) {
  png_structp png = reader->png;
  png_infop info = reader->info;
  png_set_read_fn(png, reader, supply);
  // A text may unpack to a megabyte, and there may be a hundred.
  png_set_chunk_malloc_max(png, 1 << 20);
  png_set_chunk_cache_max(png, 100);
  // Profiles are not applied; unpacking them could only fail.
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep) "iCCP", 1);
  png_read_info(png, info);
  expand(png);
  reader->passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);
  header->width = png_get_image_width(png, info);
  header->height = png_get_image_height(png, info);
  header->channels = png_get_channels(png, info);
  header->bits = png_get_bit_depth(png, info);
  reader->height = header->height;
  reader->row_bytes = png_get_rowbytes(png, info);
  if (header->bits != 8 && header->bits != 16) png_error(png, "its samples have no whole bytes");
}

ci_png_reader ci_png_open(const uint8_t *bytes, size_t count, ci_header *header, char *message) {
  ci_png_reader reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    ci_report(message, "out of memory");
    return NULL;
  }
  reader->next = bytes;
  reader->left = count;
  reader->message = message;
  if (setjmp(reader->failure) != 0) {
    ci_png_close(reader);
    return NULL;
  }
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, fail, ignore);
  reader->info = reader->png == NULL ? NULL : png_create_info_struct(reader->png);
  if (reader->info == NULL) {
    ci_report(message, "out of memory");
    ci_png_close(reader);
    return NULL;
  }
  begin(reader, header);
  return reader;
}

bool ci_png_read(ci_png_reader reader, void *samples, char *message) {
  reader->message = message;
  if (setjmp(reader->failure) != 0) return false;
  for (int pass = 0; pass < reader->passes; pass++) {
    for (size_t row = 0; row < reader->height; row++) {
      png_read_row(reader->png, (png_bytep)samples + row * reader->row_bytes, NULL);
    }
  }
  png_read_end(reader->png, NULL);
  return true;
}

bool ci_png_text(
    ci_png_reader reader, int index, const char **key, const char **value, bool *is_latin) {
  png_textp texts = NULL;
  int count = 0;
  png_get_text(reader->png, reader->info, &texts, &count);
  if (index < 0 || index >= count) return false;
  int kind = texts[index].compression;
  *key = texts[index].key;
  *value = texts[index].text == NULL ? "" : texts[index].text;
  *is_latin = kind == PNG_TEXT_COMPRESSION_NONE || kind == PNG_TEXT_COMPRESSION_zTXt;
  return true;
}

void ci_png_close(ci_png_reader reader) {
  if (reader == NULL) return;
  if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  free(reader);
}
