"""Writes the fixtures of these tests with Pillow and torchvision.

    python reference.py SHARED/datasets/imagenet-sample

- fixtures/torchvision.bin: of each training image in the order of classes and files, after Resize(256) and
  CenterCrop(224), the bytes of 7x7 pixels, 32 apart and 16 from the edge: [n, 3, 7, 7].
- fixtures/cmyk.jpg, fixtures/ycck.jpg: four flat quarters of 16x16 pixels as Adobe's programs write CMYK, and the
  same file with its Adobe marker saying YCCK. What Pillow makes of the quarters is printed.
"""
import pathlib
import sys

import numpy as np
from PIL import Image
from torchvision import transforms

here = pathlib.Path(__file__).parent / "fixtures"
view = transforms.Compose([transforms.Resize(256), transforms.CenterCrop(224)])
files = sorted(pathlib.Path(sys.argv[1]).glob("train/*/*"))
images = [np.asarray(view(Image.open(f).convert("RGB"))).transpose(2, 0, 1) for f in files]
(here / "torchvision.bin").write_bytes(np.stack(images)[:, :, 16::32, 16::32].tobytes())

cmyk = np.zeros((32, 32, 4), np.uint8)
cmyk[:16, :16] = (200, 30, 10, 0)
cmyk[:16, 16:] = (0, 180, 200, 40)
cmyk[16:, :16] = (10, 20, 30, 150)
cmyk[16:, 16:] = (0, 0, 0, 0)
Image.fromarray(cmyk, "CMYK").save(here / "cmyk.jpg", quality=95)
content = bytearray((here / "cmyk.jpg").read_bytes())
at = content.index(b"Adobe")
print("transform", content[at + 11])
content[at + 11] = 2
(here / "ycck.jpg").write_bytes(content)
for name in ["cmyk.jpg", "ycck.jpg"]:
    rgb = Image.open(here / name).convert("RGB")
    print(name, [rgb.getpixel(at) for at in [(8, 8), (24, 8), (8, 24), (24, 24)]])
