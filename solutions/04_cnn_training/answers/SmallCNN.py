# %% right="a Sequential with strides instead of pooling"
class SmallCNN(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(32 * 8 * 8, 10),
        )

# %% right="a function that builds a Sequential, with batch norm and dropout"
def SmallCNN():
    return nn.Sequential(
        nn.Conv2d(1, 12, 5, stride=2, padding=2), nn.BatchNorm2d(12), nn.ReLU(),
        nn.Conv2d(12, 24, 3, stride=2, padding=1), nn.BatchNorm2d(24), nn.ReLU(),
        nn.Flatten(), nn.Dropout(0.2), nn.Linear(24 * 8 * 8, 10),
    )

# %% right="weights by hand and functional convolutions"
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Parameter(torch.randn(16, 1, 3, 3) / 3)
        self.second = nn.Parameter(torch.randn(32, 16, 3, 3) / 12)
        self.head = nn.Linear(32, 10)
        self.wide = nn.Linear(32 * 64, 10)

    def forward(self, images):
        x = F.max_pool2d(torch.relu(F.conv2d(images, self.first, padding=1)), 2)
        x = F.max_pool2d(torch.relu(F.conv2d(x, self.second, padding=1)), 2)
        return self.head(x.mean(dim=(2, 3))) + self.wide(x.flatten(1))

# %% right="lazy layers, tanh, and F.dropout that knows its mode"
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.LazyConv2d(16, 5, stride=2)
        self.dense = nn.LazyLinear(64)
        self.head = nn.LazyLinear(10)
        self(torch.zeros(1, 1, 32, 32))

    def forward(self, images):
        x = F.avg_pool2d(torch.tanh(self.convolution(images)), 2)
        x = torch.tanh(self.dense(x.flatten(start_dim=1)))
        return self.head(F.dropout(x, 0.1, training=self.training))

# %% right="a ModuleList and a skip connection"
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.entry = nn.Conv2d(1, 16, 4, stride=4)
        self.blocks = nn.ModuleList(nn.Conv2d(16, 16, 3, padding=1) for _ in range(2))
        self.head = nn.Linear(16 * 64, 10)

    def forward(self, images):
        x = F.relu(self.entry(images))
        for block in self.blocks:
            x = x + F.relu(block(x))
        return self.head(x.reshape(x.shape[0], -1))

# %% wrong="flattens the batch away" hint="`view(-1)` makes one long row of the whole batch. Keep axis 0: `flatten(1)` or `nn.Flatten()`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(1, 16, 3, stride=4, padding=1)
        self.head = nn.Linear(16 * 64, 10)

    def forward(self, images):
        return self.head(F.relu(self.convolution(images)).view(-1))

# %% wrong="no convolution, dense layers only" hint="A plain multilayer perceptron sees pixels without neighbours. Put at least one `nn.Conv2d` in."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(1024, 128), nn.ReLU(), nn.Linear(128, 10))

    def forward(self, images):
        return self.layers(images)

# %% wrong="a softmax at the end" hint="cross_entropy takes the softmax itself; twice makes the slopes tiny. Return raw scores."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
            nn.Flatten(), nn.Linear(2048, 10), nn.Softmax(dim=1))

    def forward(self, images):
        return self.layers(images)

# %% wrong="too many weights" hint="A dense layer on full-size feature maps has millions of weights. Pool first."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 32 * 32, 64), nn.ReLU(), nn.Linear(64, 10))

    def forward(self, images):
        return self.layers(images)

# %% wrong="layers in a plain list" hint="torch finds parameters in attributes, nn.Sequential and nn.ModuleList, not in a Python list."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = [nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(),
                       nn.Flatten(), nn.Linear(2048, 10)]

    def forward(self, images):
        for layer in self.layers:
            images = layer(images)
        return images

# %% wrong="most layers in a plain list, so only the head learns" hint="Only the last layer is registered: the convolutions stay as they were born. Use nn.ModuleList."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = [nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, stride=2, padding=1), nn.ReLU(),
                       nn.AdaptiveAvgPool2d(2), nn.Flatten()]
        self.head = nn.Linear(16, 10)

    def forward(self, images):
        for layer in self.hidden:
            images = layer(images)
        return self.head(images)

# %% wrong="no activation anywhere" hint="A convolution after a convolution is still one linear map. Put `nn.ReLU()` between them."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.Flatten(), nn.Linear(2048, 10))

    def forward(self, images):
        return self.layers(images)

# %% wrong="dropout that never stops" hint="`F.dropout(x)` drops in evaluation mode too. Use `nn.Dropout`, or `training=self.training`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(1, 16, 3, stride=2, padding=1)
        self.head = nn.Linear(16 * 256, 10)

    def forward(self, images):
        x = F.relu(self.convolution(images)).flatten(1)
        return self.head(F.dropout(x, 0.3))

# %% wrong="squeezes a batch of one away" hint="`squeeze()` removes every axis of length 1, the batch axis too when it holds one picture. Use `flatten(1)`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 10))

    def forward(self, images):
        return self.layers(images).squeeze()

# %% wrong="normalises by the batch it happens to be in" hint="Dividing by the batch's own mean and spread makes a picture's scores depend on its neighbours. Batch norm uses stored ones in evaluation mode."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Conv2d(16, 32, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(2048, 10))

    def forward(self, images):
        x = self.layers(images)
        return (x - x.mean()) / (x.std() + 1e-6)

# %% wrong="a batch size built into forward" hint="`reshape(32, ...)` works for batches of 32 only. Use the batch's own length, `len(images)`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 16, 3, stride=4, padding=1), nn.ReLU())
        self.head = nn.Linear(16 * 64, 10)

    def forward(self, images):
        return self.head(self.layers(images).reshape(32, -1))

# %% wrong="grows beyond the limit at the first pass" hint="A lazy layer gets its weights when it first sees data. Count then: flattened full-size maps are thousands of inputs."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv2d(1, 16, 3, padding=1)
        self.dense = self.head = None

    def forward(self, images):
        x = F.relu(self.convolution(images)).flatten(1)
        if self.dense is None:
            self.dense, self.head = nn.Linear(x.shape[1], 64), nn.Linear(64, 10)
        return self.head(F.relu(self.dense(x)))

# %% wrong="a ReLU after the last layer" hint="Scores below zero are cut to zero and their slopes with them. The last layer has no activation."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 4, 3, stride=4), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10), nn.ReLU())

    def forward(self, images):
        return self.layers(images)


# %% wrong="the logarithm of a softmax at the end" hint="cross_entropy takes it itself: scores are raw, and the last layer has nothing after it."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(4), nn.Flatten(), nn.Linear(512, 10))

    def forward(self, images):
        return F.log_softmax(self.net(images), dim=1)

# %% wrong="no flatten before the dense layer" hint="The maps are still 64 x 4 x 4. `nn.Flatten()` makes one row of 1024 numbers of each picture, which `nn.Linear` takes."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Linear(1024, 10),
        )

    def forward(self, images):
        return self.layers(images)

# %% wrong="a dense layer of the wrong size" hint="Two poolings leave 8 x 8, not 4 x 4: 32 maps of 64 values are 2048. Follow the shapes layer by layer."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1024, 10),
        )

    def forward(self, images):
        return self.layers(images)

# %% wrong="no padding, and the dense size of the table" hint="Without `padding=1` each convolution takes two rows and columns away: 30, 15, 13, 6, 4, 2. Pad, or tell `nn.Linear` 256."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(1024, 10),
        )

    def forward(self, images):
        return self.layers(images)

# %% wrong="the channels of neighbouring layers don't match" hint="A convolution takes in as many channels as the one before it gave out: 1 to 16, then 16 to 32."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(2048, 10),
        )

    def forward(self, images):
        return self.layers(images)

# %% wrong="three channels in, as if the pictures had colours" hint="These digits have one channel, ink: the first convolution is `nn.Conv2d(1, ...)`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4096, 10),
        )

    def forward(self, images):
        return self.layers(images)

# %% wrong="forward gives nothing" hint="`forward` must `return` the scores."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 10))

    def forward(self, images):
        self.layers(images)

# %% wrong="forward is misspelt" hint="torch calls a method named exactly `forward`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 10))

    def foward(self, images):
        return self.layers(images)

# %% wrong="the module isn't initialised before its layers are made" hint="The first line of `__init__` is `super().__init__()`."
class SmallCNN(nn.Module):
    def __init__(self):
        self.layers = nn.Sequential(nn.Conv2d(1, 16, 3, stride=2, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(4096, 10))

    def forward(self, images):
        return self.layers(images)

# %% wrong="new layers at every pass" hint="Layers made in `forward` are new each time, and never learn. Make them once, in `__init__`."
class SmallCNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(4096, 10)

    def forward(self, images):
        return self.head(F.relu(nn.Conv2d(1, 16, 3, stride=2, padding=1)(images)).flatten(1))
