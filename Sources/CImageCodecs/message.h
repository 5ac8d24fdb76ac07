#pragma once

#include <stdio.h>

#include "CImageCodecs.h"

static inline void ci_report(char *message, const char *text) {
  snprintf(message, CI_MESSAGE_LENGTH, "%s", text);
}
