#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

#include "message.h"

struct ci_jpeg_reader {
  struct jpeg_decompress_struct file;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf failure;
  char *message;
};

// A progressive file of a few kilobytes may name thousands of scans of a huge picture; real ones have about ten.
enum { scan_limit = 500 };

static void fail(j_common_ptr file) {
  ci_jpeg_reader reader = file->client_data;
  char text[JMSG_LENGTH_MAX];
  file->err->format_message(file, text);
  ci_report(reader->message, text);
  longjmp(reader->failure, 1);
}

// libjpeg goes on with grey where data is missing or broken; a picture that is not the picture is an error here.
static void warn(j_common_ptr file, int level) {
  if (level >= 0) return;
  switch (file->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_MUST_RESYNC:
      fail(file);
  }
}

static void watch(j_common_ptr file) {
  if (((j_decompress_ptr)file)->input_scan_number > scan_limit) {
    ci_jpeg_reader reader = file->client_data;
    ci_report(reader->message, "it has more than 500 scans");
    longjmp(reader->failure, 1);
  }
}

ci_jpeg_reader ci_jpeg_open(const uint8_t *bytes, size_t count, ci_header *header, char *message) {
  ci_jpeg_reader reader = calloc(1, sizeof *reader);
  if (reader == NULL) {
    ci_report(message, "out of memory");
    return NULL;
  }
  reader->message = message;
  j_decompress_ptr file = &reader->file;
  file->err = jpeg_std_error(&reader->errors);
  reader->errors.error_exit = fail;
  reader->errors.emit_message = warn;
  file->client_data = reader;
  if (setjmp(reader->failure) != 0) {
    ci_jpeg_close(reader);
    return NULL;
  }
  jpeg_create_decompress(file);
  reader->progress.progress_monitor = watch;
  file->progress = &reader->progress;
  jpeg_mem_src(file, bytes, count);
  jpeg_read_header(file, TRUE);
  switch (file->jpeg_color_space) {
    case JCS_GRAYSCALE: file->out_color_space = JCS_GRAYSCALE; break;
    case JCS_RGB:
    case JCS_YCbCr: file->out_color_space = JCS_RGB; break;
    default:
      ci_report(message, "its colours are CMYK or unknown");
      ci_jpeg_close(reader);
      return NULL;
  }
  jpeg_calc_output_dimensions(file);
  header->width = file->output_width;
  header->height = file->output_height;
  header->channels = file->output_components;
  header->bits = 8;
  return reader;
}

bool ci_jpeg_read(ci_jpeg_reader reader, uint8_t *samples, char *message) {
  reader->message = message;
  if (setjmp(reader->failure) != 0) return false;
  j_decompress_ptr file = &reader->file;
  jpeg_start_decompress(file);
  size_t row_bytes = (size_t)file->output_width * (size_t)file->output_components;
  while (file->output_scanline < file->output_height) {
    JSAMPROW row = samples + file->output_scanline * row_bytes;
    jpeg_read_scanlines(file, &row, 1);
  }
  jpeg_finish_decompress(file);
  return true;
}

void ci_jpeg_close(ci_jpeg_reader reader) {
  if (reader == NULL) return;
  jpeg_destroy_decompress(&reader->file);
  free(reader);
}
