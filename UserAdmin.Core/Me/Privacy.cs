using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace UserAdmin.Core.Me;

/// <summary>Who may see a part of a profile beside its owner.</summary>
public enum Audience
{
    [Display(Name = "Only me")] Nobody,
    [Display(Name = "Administrators")] Administrators,
    [Display(Name = "Everybody who is signed in")] Everybody,
}

public enum ProfilePart
{
    Picture,
    Email,
    Phone,
    Address,
    [Display(Name = "Date of birth")] DateOfBirth,
    Location,
    [Display(Name = "About me")] Bio,
    [Display(Name = "Website and links")] Links,
}

/// <summary>Who may see which part. Parts that nobody chose for follow a careful default.</summary>
public sealed class Privacy
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    private readonly Dictionary<ProfilePart, Audience> chosen;

    private Privacy(Dictionary<ProfilePart, Audience> chosen) => this.chosen = chosen;

    public Audience this[ProfilePart part] => chosen.TryGetValue(part, out var audience) && Choices(part).Contains(audience) ? audience : Usual(part);

    /// <summary>Administrators look after the account itself: its email address, phone and postal address can't be kept from them.</summary>
    public static IReadOnlyList<Audience> Choices(ProfilePart part) =>
        part is ProfilePart.Email or ProfilePart.Phone or ProfilePart.Address ? [Audience.Administrators, Audience.Everybody] : Enum.GetValues<Audience>();

    public static Privacy Read(string? json) => new(json is null ? [] : JsonSerializer.Deserialize<Dictionary<ProfilePart, Audience>>(json, Json) ?? []);

    public string ToJson() => JsonSerializer.Serialize(chosen, Json);

    public Privacy With(ProfilePart part, Audience audience) => new(new(chosen) { [part] = audience });

    /// <summary>Whether somebody else sees it.</summary>
    public bool Shows(ProfilePart part, bool toAdministrator) => this[part] >= (toAdministrator ? Audience.Administrators : Audience.Everybody);

    private static Audience Usual(ProfilePart part) => part switch
    {
        ProfilePart.DateOfBirth => Audience.Nobody,
        ProfilePart.Email or ProfilePart.Phone or ProfilePart.Address => Audience.Administrators,
        _ => Audience.Everybody,
    };
}
