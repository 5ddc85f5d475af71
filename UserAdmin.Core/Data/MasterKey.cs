using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace UserAdmin.Core.Data;

/// <summary>Section <c>UserAdmin:Keys</c>.</summary>
public sealed class KeySettings
{
    /// <summary>32 random bytes in Base64. Servers that share a database need the same.</summary>
    [CustomValidation(typeof(KeySettings), nameof(CheckKey))]
    public string? MasterKey { get; set; }

    /// <summary>Holds the master key when none is set; made with a random one at the first start.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "must not be empty")]
    public string MasterKeyFile { get; set; } = "data/master.key";

    public static ValidationResult? CheckKey(string? key) =>
        key is null || Convert.TryFromBase64String(key, new byte[key.Length], out var length) && length == Data.MasterKey.Length
            ? ValidationResult.Success
            : new($"must be {Data.MasterKey.Length} random bytes in Base64, as 'openssl rand -base64 32' prints them");
}

/// <summary>
/// The key that encrypts the key ring (AES-256-GCM, ASVS 13.3.1). It is not in the database: whoever has a copy of the database alone can't
/// read the seeds of authenticators and what waits to be mailed.
/// </summary>
public sealed class MasterKey
{
    public const int Length = 32;

    private readonly KeySettings settings;
    private readonly Lazy<byte[]> key;
    private readonly Lazy<byte[]> auditKey;

    public MasterKey(IOptions<KeySettings> options)
    {
        settings = options.Value;
        auditKey = new(() => Derive("UserAdmin audit leaf"));
        key = new(() => Convert.FromBase64String(settings.MasterKey ?? ReadOrMakeFile(settings.MasterKeyFile)));
    }

    /// <summary>The key of <see cref="Audit.AuditEvent.LeafMac"/>.</summary>
    internal byte[] AuditKey => auditKey.Value;

    internal string? FindProblem()
    {
        try
        {
            return key.Value.Length == Length ? null : $"The file {settings.MasterKeyFile} does not hold a master key.";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            return $"The master key can't be read from {settings.MasterKeyFile}: {failure.Message}";
        }
    }

    /// <summary>A key of 32 bytes for this purpose alone (HKDF, RFC 5869).</summary>
    internal byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key.Value, Length, info: Encoding.UTF8.GetBytes(purpose));

    internal string Encrypt(string text)
    {
        var (nonce, plain) = (RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize), Encoding.UTF8.GetBytes(text));
        var (tag, cipher) = (new byte[AesGcm.TagByteSizes.MaxSize], new byte[plain.Length]);
        using var aes = new AesGcm(key.Value, tag.Length);
        aes.Encrypt(nonce, plain, cipher, tag);
        return Convert.ToBase64String([.. nonce, .. tag, .. cipher]);
    }

    /// <summary>Throws when the text was encrypted with another key.</summary>
    internal string Decrypt(string text)
    {
        var bytes = Convert.FromBase64String(text).AsSpan();
        var (nonceLength, tagLength) = (AesGcm.NonceByteSizes.MaxSize, AesGcm.TagByteSizes.MaxSize);
        var plain = new byte[bytes.Length - nonceLength - tagLength];
        using var aes = new AesGcm(key.Value, tagLength);
        aes.Decrypt(bytes[..nonceLength], bytes[(nonceLength + tagLength)..], bytes[nonceLength..(nonceLength + tagLength)], plain);
        return Encoding.UTF8.GetString(plain);
    }

    internal bool CanDecrypt(string text)
    {
        try
        {
            Decrypt(text);
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static string ReadOrMakeFile(string path)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            Directory.CreateDirectory(folder);
        try
        {
            using var file = new FileStream(path, OwnersFile(FileMode.CreateNew, FileAccess.Write));
            file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(Length))));
        }
        catch (IOException) when (File.Exists(path))
        {
            // Made at an earlier start.
        }
        return File.ReadAllText(path).Trim();
    }

    private static FileStreamOptions OwnersFile(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}

internal sealed class MasterKeyEncryptor(MasterKey masterKey) : IXmlEncryptor
{
    public const string Element = "encryptedWithMasterKey";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) =>
        new(new XElement(Element, masterKey.Encrypt(plaintextElement.ToString(SaveOptions.DisableFormatting))), typeof(MasterKeyDecryptor));
}

/// <summary>Made by the framework, by the name that stands in the key ring.</summary>
internal sealed class MasterKeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => XElement.Parse(services.GetRequiredService<MasterKey>().Decrypt(encryptedElement.Value));
}
