// Pixels of PNG (libpng) and JPEG (libjpeg-turbo) files.
//
// Both libraries report errors by longjmp, which must not cross Swift's frames: every jump starts and ends in these
// functions. The caller has checked the file's structure and size; what is still wrong comes as a message.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The bytes that a caller has ready for a message.
#define CI_MESSAGE_LENGTH 256

/// What the pixels will be.
typedef struct {
  uint32_t width;
  uint32_t height;
  /// 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA.
  int channels;
  /// 8, or 16 in the machine's byte order.
  int bits;
} ci_header;

typedef struct ci_png_reader *ci_png_reader;
typedef struct ci_jpeg_reader *ci_jpeg_reader;

/// Starts to read a PNG file that stays in memory until the reader is closed: NULL with a message when it cannot.
ci_png_reader ci_png_open(const uint8_t *bytes, size_t count, ci_header *header, char *message);
/// Decodes the pixels, rows without gaps; false with a message when they are damaged or cut off.
bool ci_png_read(ci_png_reader reader, void *samples, char *message);
/// The `index`-th text before the pixels; `is_latin` is false where it is UTF-8. False past the last one.
bool ci_png_text(
    ci_png_reader reader, int index, const char **key, const char **value, bool *is_latin);
void ci_png_close(ci_png_reader reader);

/// A text chunk to write.
typedef struct {
  const char *key;
  const char *value;
  /// Whether `value` is Latin-1 and goes into tEXt; else it is UTF-8 and goes into iTXt.
  bool is_latin;
} ci_text;

/// Encodes 8-bit sRGB pixels; the caller frees `bytes`. False with a message when it cannot.
bool ci_png_write(
    ci_header header, const uint8_t *samples, const ci_text *texts, size_t text_count,
    uint8_t **bytes, size_t *count, char *message);

/// Starts to read a JPEG file that stays in memory until the reader is closed: NULL with a message when it cannot.
ci_jpeg_reader ci_jpeg_open(const uint8_t *bytes, size_t count, ci_header *header, char *message);
/// Decodes the pixels, rows without gaps; false with a message when they are damaged or cut off.
bool ci_jpeg_read(ci_jpeg_reader reader, uint8_t *samples, char *message);
void ci_jpeg_close(ci_jpeg_reader reader);
