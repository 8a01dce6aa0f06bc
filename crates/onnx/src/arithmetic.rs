//! The arithmetic that operators are put together from.

use hesscope_hvp::Kind;
use hesscope_hvp::rules::{
    Rule,
    activation::Pointwise,
    discrete::Discrete,
    elementwise::{Add, Affine, Div, Mul, Sub},
    masking::MaskWhere,
    reduction::SumDim,
};

use crate::build::{Build, broadcast};
use crate::element::ElementType;
use crate::error::Fault;
use crate::tensor::with_axis;
use crate::value::Tensor;

impl Build {
    /// Two tensors of as many axes, and the shape they broadcast to.
    fn pair(&mut self, a: &Tensor, b: &Tensor) -> Result<(Tensor, Tensor, Vec<usize>), Fault> {
        let shape = broadcast(&a.shape, &b.shape)?;
        if a.kind() != b.kind() {
            return Err(format!(
                "reads tensors of {} and {}, which must have one type",
                a.element, b.element
            ));
        }
        Ok((
            self.aligned(a, shape.len())?,
            self.aligned(b, shape.len())?,
            shape,
        ))
    }

    /// A function of two tensors of one shape, which both are broadcast to.
    pub fn discrete(
        &mut self,
        element: ElementType,
        rule: Discrete,
        a: &Tensor,
        b: &Tensor,
    ) -> Result<Tensor, Fault> {
        let (a, b, shape) = self.pair(a, b)?;
        if shape.contains(&0) {
            return Ok(self.constant(element, Vec::new(), &shape));
        }
        let (a, b) = (self.expand(&a, &shape)?, self.expand(&b, &shape)?);
        self.apply_to(element, rule, &[&a, &b], &shape)
    }

    /// A comparison of two tensors.
    pub fn compare(&mut self, rule: Discrete, a: &Tensor, b: &Tensor) -> Result<Tensor, Fault> {
        self.discrete(ElementType::Bool, rule, a, b)
    }

    /// The number that `b` is a constant of, where `a` keeps its shape with it.
    fn number_beside(&self, a: &Tensor, b: &Tensor) -> Option<f64> {
        let keeps = b.rank() <= a.rank() && b.count() == 1;
        let floats = a.kind() == Kind::Float && self.known(a).is_none();
        self.known_number(b).filter(|_| keeps && floats)
    }

    /// scale x + shift.
    pub fn affine(&mut self, x: &Tensor, scale: f64, shift: f64) -> Result<Tensor, Fault> {
        if scale == 1.0 && shift == 0.0 {
            return Ok(x.clone());
        }
        self.apply(Affine { scale, shift }, &[x], &x.shape.clone())
    }

    fn two(
        &mut self,
        rule: impl Rule + 'static,
        integers: Discrete,
        a: &Tensor,
        b: &Tensor,
    ) -> Result<Tensor, Fault> {
        match a.kind() {
            Kind::Float => {
                let (a, b, shape) = self.pair(a, b)?;
                self.apply(rule, &[&a, &b], &shape)
            }
            Kind::Int => self.discrete(a.element, integers, a, b),
            Kind::Bool => Err("computes with truth values as if they were numbers".to_owned()),
        }
    }

    pub fn add(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor, Fault> {
        if let Some(number) = self.number_beside(a, b) {
            return self.affine(a, 1.0, number);
        }
        if let Some(number) = self.number_beside(b, a) {
            return self.affine(b, 1.0, number);
        }
        self.two(Add, Discrete::int_add(), a, b)
    }

    pub fn sub(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor, Fault> {
        if let Some(number) = self.number_beside(a, b) {
            return self.affine(a, 1.0, -number);
        }
        if let Some(number) = self.number_beside(b, a) {
            return self.affine(b, -1.0, number);
        }
        self.two(Sub, Discrete::int_sub(), a, b)
    }

    pub fn mul(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor, Fault> {
        if let Some(number) = self.number_beside(a, b) {
            return self.affine(a, number, 0.0);
        }
        if let Some(number) = self.number_beside(b, a) {
            return self.affine(b, number, 0.0);
        }
        self.two(Mul, Discrete::int_mul(), a, b)
    }

    pub fn div(&mut self, a: &Tensor, b: &Tensor) -> Result<Tensor, Fault> {
        if let Some(number) = self.number_beside(a, b) {
            return self.affine(a, number.recip(), 0.0);
        }
        if a.kind() == Kind::Int {
            let data = self
                .known(b)
                .ok_or("divides integers by integers of the input")?;
            if data.iter::<i64>().any(|divisor| divisor == 0) {
                return Err("divides integers by zero".to_owned());
            }
            if data.iter::<i64>().any(|divisor| divisor == -1) {
                // The least integer has no negative.
                let negative = self.apply(Discrete::int_neg(), &[b], &b.shape.clone())?;
                if self.known_number(&negative) == Some(1.0) {
                    return self.mul(a, b);
                }
            }
        }
        self.two(Div, Discrete::int_div(), a, b)
    }

    /// A function of each element.
    pub fn each(&mut self, function: Pointwise, x: &Tensor) -> Result<Tensor, Fault> {
        if x.kind() != Kind::Float {
            return Err(format!("takes floats, not {}", x.element));
        }
        self.apply(function, &[x], &x.shape.clone())
    }

    /// `scale` times the sum over axes, which stay with extent one.
    pub fn sum(&mut self, x: &Tensor, axes: &[usize], scale: f64) -> Result<Tensor, Fault> {
        if x.kind() == Kind::Bool {
            return Err("adds truth values up".to_owned());
        }
        let mut at = x.clone();
        for (place, &dim) in axes.iter().enumerate() {
            let scale = if place == 0 { scale } else { 1.0 };
            let mut shape = at.shape.clone();
            shape[dim] = 1;
            at = match x.kind() {
                Kind::Float => self.apply(SumDim { dim, scale }, &[&at], &shape)?,
                _ => self.apply(Discrete::int_sum_dim(dim), &[&at], &shape)?,
            };
        }
        Ok(at)
    }

    /// The mean over axes, which stay with extent one.
    pub fn mean(&mut self, x: &Tensor, axes: &[usize]) -> Result<Tensor, Fault> {
        let count: usize = axes.iter().map(|&axis| x.shape[axis]).product();
        self.sum(x, axes, 1.0 / count.max(1) as f64)
    }

    /// b where the mask holds, a elsewhere.
    pub fn choose(&mut self, mask: &Tensor, b: &Tensor, a: &Tensor) -> Result<Tensor, Fault> {
        if mask.kind() != Kind::Bool {
            return Err(format!("chooses by {}, not by truth values", mask.element));
        }
        let (a, b, shape) = self.pair(a, b)?;
        let shape = broadcast(&shape, &mask.shape)?;
        let [a, b, mask] = [&a, &b, mask].map(|tensor| self.aligned(tensor, shape.len()));
        let rule = MaskWhere {
            shape: with_axis(&shape),
        };
        self.apply(rule, &[&a?, &mask?, &b?], &shape)
    }

    /// Floats, integers or truth values as elements of another type.
    pub fn cast(&mut self, x: &Tensor, element: ElementType) -> Result<Tensor, Fault> {
        let shape = x.shape.clone();
        let rule = match (x.kind(), element.kind()) {
            (Kind::Float, Kind::Int) => Discrete::into_int(),
            (Kind::Int, Kind::Float) => Discrete::int_into_float(),
            (Kind::Bool, Kind::Int) => Discrete::bool_into_int(),
            (Kind::Bool, Kind::Float) => Discrete::bool_into_float(),
            (Kind::Float | Kind::Int, Kind::Bool) => {
                let zero = self.constant(x.element, vec![0.0], &[]);
                return self.compare(Discrete::not_equal(), x, &zero);
            }
            _ => {
                return Ok(Tensor {
                    element,
                    ..x.clone()
                });
            }
        };
        self.apply_to(element, rule, &[x], &shape)
    }
}
