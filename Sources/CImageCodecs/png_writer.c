#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

struct writer {
  png_structp png;
  png_infop info;
  png_textp texts;
  uint8_t *bytes;
  size_t count;
  size_t capacity;
  jmp_buf failure;
  char *message;
};

static void fail(png_structp png, png_const_charp text) {
  struct writer *writer = png_get_error_ptr(png);
  ci_report(writer->message, text);
  longjmp(writer->failure, 1);
}

static void store(png_structp png, png_bytep source, size_t count) {
  struct writer *writer = png_get_io_ptr(png);
  if (count > writer->capacity - writer->count) {
    size_t capacity = 2 * (writer->count + count);
    uint8_t *bytes = realloc(writer->bytes, capacity);
    if (bytes == NULL) png_error(png, "out of memory");
    writer->bytes = bytes;
    writer->capacity = capacity;
  }
  memcpy(writer->bytes + writer->count, source, count);
  writer->count += count;
}

static void flush(png_structp png) { (void)png; }

static int color_type(int channels) {
  switch (channels) {
    case 1: return PNG_COLOR_TYPE_GRAY;
    case 2: return PNG_COLOR_TYPE_GRAY_ALPHA;
    case 3: return PNG_COLOR_TYPE_RGB;
    default: return PNG_COLOR_TYPE_RGB_ALPHA;
  }
}

static void describe(struct writer *writer, const ci_text *texts, size_t count) {
  if (count == 0) return;
  writer->texts = calloc(count, sizeof *writer->texts);
  if (writer->texts == NULL) png_error(writer->png, "out of memory");
  for (size_t index = 0; index < count; index++) {
    png_textp text = &writer->texts[index];
    text->compression = texts[index].is_latin ? PNG_TEXT_COMPRESSION_NONE : PNG_ITXT_COMPRESSION_NONE;
    // libpng only reads these, but does not say so in its types.
    text->key = (png_charp)texts[index].key;
    text->text = (png_charp)texts[index].value;
    text->text_length = texts[index].is_latin ? strlen(texts[index].value) : 0;
    text->itxt_length = texts[index].is_latin ? 0 : strlen(texts[index].value);
    text->lang = (png_charp) "";
    text->lang_key = (png_charp) "";
  }
  png_set_text(writer->png, writer->info, writer->texts, (int)count);
}

static void write_file(
    struct writer *writer, ci_header header, const uint8_t *samples, const ci_text *texts,
    size_t text_count) {
  png_structp png = writer->png;
  png_set_write_fn(png, writer, store, flush);
  // The same bytes on every machine with the same zlib.
  png_set_compression_level(png, 6);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_ALL_FILTERS);
  png_set_IHDR(
      png, writer->info, header.width, header.height, 8, color_type(header.channels),
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  png_set_sRGB(png, writer->info, PNG_sRGB_INTENT_PERCEPTUAL);
  describe(writer, texts, text_count);
  png_write_info(png, writer->info);
  size_t row_bytes = (size_t)header.width * (size_t)header.channels;
  for (size_t row = 0; row < header.height; row++) {
    png_write_row(png, samples + row * row_bytes);
  }
  png_write_end(png, NULL);
}

static void release(struct writer *writer) {
  if (writer->png != NULL) png_destroy_write_struct(&writer->png, &writer->info);
  free(writer->texts);
  free(writer);
}

bool ci_png_write(
    ci_header header, const uint8_t *samples, const ci_text *texts, size_t text_count,
    uint8_t **bytes, size_t *count, char *message) {
  struct writer *writer = calloc(1, sizeof *writer);
  if (writer == NULL) {
    ci_report(message, "out of memory");
    return false;
  }
  writer->message = message;
  if (setjmp(writer->failure) != 0) {
    free(writer->bytes);
    release(writer);
    return false;
  }
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, fail, NULL);
  writer->info = writer->png == NULL ? NULL : png_create_info_struct(writer->png);
  if (writer->info == NULL) {
    ci_report(message, "out of memory");
    release(writer);
    return false;
  }
  write_file(writer, header, samples, texts, text_count);
  *bytes = writer->bytes;
  *count = writer->count;
  release(writer);
  return true;
}
