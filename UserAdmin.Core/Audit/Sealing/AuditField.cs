using System.Buffers.Binary;
using System.Text;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>One of the values that are hashed: a text, an identifier, a number, bytes, or nothing. A structure, since a check of the log makes tens of millions.</summary>
public readonly record struct AuditField
{
    private const int IdLength = 16;

    private readonly string? text;
    private readonly byte[]? bytes;
    private readonly Guid id;
    private readonly long number;

    private AuditField(string? text)
    {
        this.text = text;
        Length = text is null ? -1 : Encoding.UTF8.GetByteCount(text);
    }

    private AuditField(byte[]? bytes) => (this.bytes, Length) = (bytes, bytes?.Length ?? -1);

    private AuditField(Guid? id) => (this.id, Length) = (id ?? default, id is null ? -1 : IdLength);

    private AuditField(long? number) => (this.number, Length) = (number ?? default, number is null ? -1 : sizeof(long));

    /// <summary>In bytes; -1 for nothing.</summary>
    public int Length { get; }

    public static implicit operator AuditField(string? text) => new(text);

    public static implicit operator AuditField(byte[]? bytes) => new(bytes);

    public static implicit operator AuditField(Guid? id) => new(id);

    public static implicit operator AuditField(long? number) => new(number);

    /// <summary>Writes <see cref="Length"/> bytes.</summary>
    public void Write(Span<byte> to)
    {
        if (text is not null)
            Encoding.UTF8.GetBytes(text, to);
        else if (bytes is not null)
            bytes.CopyTo(to);
        else if (Length == IdLength)
            id.TryWriteBytes(to, bigEndian: true, out _);
        else if (Length == sizeof(long))
            BinaryPrimitives.WriteInt64BigEndian(to, number);
    }
}
