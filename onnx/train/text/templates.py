TRAIN = []
