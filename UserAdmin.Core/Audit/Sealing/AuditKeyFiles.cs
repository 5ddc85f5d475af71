using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace UserAdmin.Core.Audit.Sealing;

/// <summary>
/// The private keys, as files outside of the database, and beside them the fingerprints of the keys that began a chain: whoever can write to the database
/// alone can neither sign nor make a chain of their own count.
/// </summary>
public sealed class AuditKeyFiles(IOptions<AuditSettings> settings)
{
    private const int Tries = 20;
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    public string Folder => Path.GetFullPath(settings.Value.KeyFolder);

    /// <summary>Makes a key and writes it down before anybody can rely on it.</summary>
    public (string KeyId, byte[] PublicKey) Make(string tenant)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = key.ExportSubjectPublicKeyInfo();
        Directory.CreateDirectory(Folder);
        using (var file = new FileStream(PathOf(tenant, AuditFormat.KeyId(publicKey)), OwnersFile(FileMode.CreateNew)))
        {
            using (var writer = new StreamWriter(file, leaveOpen: true))
                writer.Write(key.ExportPkcs8PrivateKeyPem());
            file.Flush(flushToDisk: true);
        }
        return (AuditFormat.KeyId(publicKey), publicKey);
    }

    /// <summary>Null when this server can't read it: the folder is not the right one, or the file is lost.</summary>
    public ECDsa? Open(string tenant, AuditKey row)
    {
        var path = PathOf(tenant, row.KeyId);
        if (!File.Exists(path))
            return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            if (key.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(row.PublicKey))
                return key;
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            // What can't be read is as good as lost; the page and the health check say so.
        }
        key.Dispose();
        return null;
    }

    public bool Exists(string tenant, string keyId) => File.Exists(PathOf(tenant, keyId));

    /// <summary>Overwrites and removes it. Copies in backups and in the blocks of a disk that moves them are not reached.</summary>
    public void Destroy(string tenant, string keyId)
    {
        var path = PathOf(tenant, keyId);
        if (!File.Exists(path))
            return;
        using (var file = new FileStream(path, FileMode.Open, FileAccess.Write))
        {
            file.Write(RandomNumberGenerator.GetBytes((int)file.Length));
            file.Flush(flushToDisk: true);
        }
        File.Delete(path);
    }

    /// <summary>Remembers that this key began a chain of this tenant with the will of whoever runs the installation.</summary>
    public void Trust(string tenant, string fingerprint)
    {
        Directory.CreateDirectory(Folder);
        for (var attempt = 1; ; attempt++)
            try
            {
                using var file = new FileStream(RootsOf(tenant), OwnersFile(FileMode.Append));
                using var writer = new StreamWriter(file);
                writer.WriteLine(fingerprint);
                return;
            }
            catch (IOException) when (attempt < Tries)
            {
                Thread.Sleep(BetweenTries);
            }
    }

    public IReadOnlySet<string> Trusted(string tenant) =>
        File.Exists(RootsOf(tenant)) ? File.ReadAllLines(RootsOf(tenant)).Select(line => line.Trim()).Where(line => line.Length > 0).ToHashSet() : new HashSet<string>();

    /// <summary>Removes whatever belongs to a tenant that is removed for good.</summary>
    public void Forget(string tenant)
    {
        if (Directory.Exists(Folder))
            foreach (var path in Directory.EnumerateFiles(Folder, $"{tenant}.*"))
                File.Delete(path);
    }

    // Names of tenants are letters, digits and hyphens, so a dot ends them.
    private string PathOf(string tenant, string keyId) => Path.Combine(Folder, $"{tenant}.{keyId}.pem");

    private string RootsOf(string tenant) => Path.Combine(Folder, $"{tenant}.fingerprints");

    private static FileStreamOptions OwnersFile(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }
}
