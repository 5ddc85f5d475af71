using System.Globalization;

namespace UserAdmin.Web.Tenants;

internal static class TenantSize
{
    private const double Unit = 1024;

    /// <summary>Bytes as people read them.</summary>
    public static string Of(long? bytes) => bytes switch
    {
        null => "–",
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / Unit:0} KB"),
        < 1024 * 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (Unit * Unit):0.0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (Unit * Unit * Unit):0.0} GB"),
    };
}
