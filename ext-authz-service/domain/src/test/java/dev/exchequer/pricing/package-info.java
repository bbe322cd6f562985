@NullMarked
package dev.exchequer.pricing;

import org.jspecify.annotations.NullMarked;
