using System.Buffers;
using System.Globalization;
using System.Text.Unicode;

namespace UserAdmin.Core.Exports;

/// <summary>
/// What was written of a file and not sent on yet. Everything is written into memory at the speed of memory, and goes on to the network or the database between two
/// batches of rows; so neither a compressor nor a slow reader makes a thread wait.
/// </summary>
internal sealed class FileBuffer : Stream, IBufferWriter<byte>
{
    private byte[] bytes = new byte[128 * 1024];
    private long sent;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Count);

    public void Clear() => (sent, Count) = (sent + Count, 0);

    public async ValueTask SendAsync(Stream to, CancellationToken cancel)
    {
        await to.WriteAsync(bytes.AsMemory(0, Count), cancel);
        Clear();
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (bytes.Length - Count < Math.Max(sizeHint, 1))
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, Count + sizeHint));
        return bytes.AsSpan(Count);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return bytes.AsMemory(Count);
    }

    public void Advance(int count) => Count += count;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        buffer.CopyTo(GetSpan(buffer.Length));
        Count += buffer.Length;
    }

    /// <summary>As UTF-8; half a surrogate pair becomes U+FFFD.</summary>
    public void WriteText(ReadOnlySpan<char> text)
    {
        Utf8.FromUtf16(text, GetSpan(text.Length * 3), out _, out var written);
        Count += written;
    }

    public void WriteNumber(long number)
    {
        number.TryFormat(GetSpan(20), out var written, provider: CultureInfo.InvariantCulture);
        Count += written;
    }

    public void WriteNumber(double number)
    {
        number.TryFormat(GetSpan(32), out var written, provider: CultureInfo.InvariantCulture);
        Count += written;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override void WriteByte(byte value) => Write([value]);
    public override bool CanRead => false;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => sent + Count; set => throw new NotSupportedException(); }
    public override void Flush() { }
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
