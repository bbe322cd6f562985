@NullMarked
package dev.exchequer.crds;

import org.jspecify.annotations.NullMarked;
