package chance

// Power returns x to the power of y, x > 0 and |y ln x| < 700, the same on every
// machine.
func Power(x, y float64) float64 { return exp(y * ln(x)) }
