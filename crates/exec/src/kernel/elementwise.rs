use crate::buffer::ViewMut;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::program::Inputs;

/// f32 to f64.
#[derive(Debug)]
pub(crate) struct Widen;

impl Kernel for Widen {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_>) -> Result<(), Error> {
        output.f64s().iter_mut().zip(inputs.x().f32s()).for_each(|(out, &x)| *out = f64::from(x));
        Ok(())
    }
}

/// −x.
#[derive(Debug)]
pub(crate) struct Negate;

impl Kernel for Negate {
    fn run(&self, inputs: &Inputs<'_, '_>, output: ViewMut<'_>) -> Result<(), Error> {
        output.f64s().iter_mut().zip(inputs.x().f64s()).for_each(|(out, &x)| *out = -x);
        Ok(())
    }
}
