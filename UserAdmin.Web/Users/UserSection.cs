namespace UserAdmin.Web.Users;

/// <summary>The parts of a person's profile that are edited and saved on their own.</summary>
[Flags]
public enum UserSection { None = 0, Name = 1, SignIn = 2, Contact = 4, End = 8, All = 15 }
