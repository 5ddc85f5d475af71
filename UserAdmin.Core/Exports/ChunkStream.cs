namespace UserAdmin.Core.Exports;

/// <summary>Cuts a file into the pieces that the database keeps.</summary>
internal sealed class ChunkStream(Func<int, byte[], Task> keep) : Stream
{
    private readonly byte[] piece = new byte[ExportChunk.Size];
    private int filled, number;

    public long Written { get; private set; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var part = Math.Min(buffer.Length, piece.Length - filled);
            buffer[..part].CopyTo(piece.AsMemory(filled));
            (filled, Written, buffer) = (filled + part, Written + part, buffer[part..]);
            if (filled == piece.Length)
                await KeepAsync();
        }
    }

    /// <summary>Keeps the last piece, which is shorter.</summary>
    public async Task EndAsync()
    {
        if (filled > 0)
            await KeepAsync();
    }

    private async Task KeepAsync()
    {
        await keep(number++, piece.AsSpan(0, filled).ToArray());
        filled = 0;
    }

    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => Written; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
