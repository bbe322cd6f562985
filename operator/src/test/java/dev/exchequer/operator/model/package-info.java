@NullMarked
package dev.exchequer.operator.model;

import org.jspecify.annotations.NullMarked;
