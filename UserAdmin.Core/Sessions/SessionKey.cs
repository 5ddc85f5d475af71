using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace UserAdmin.Core.Sessions;

/// <summary>A random secret that is handed out once and kept only as its SHA-256: 256 bits, so that no salt or slow hash is needed.</summary>
public static class SessionKey
{
    public static string Create() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
